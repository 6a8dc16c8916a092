/** The checkpoints of a run: `checkpoints/step-000000250.safetensors`. The newest K stay, and the best. */
import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '@mfim/tensor-contracts';
import { removeTemporaries, replaceFile } from '../files/replace-file.ts';
import { digestFileOf, readCheckpoint, writeCheckpoint } from './checkpoint-file.ts';
import type { Checkpoint, CheckpointContent } from './checkpoint-file.ts';

const FOLDER = 'checkpoints';
const BEST_FILE = 'best.json';
const NAME = /^step-(\d+)\.safetensors$/;
const STEP_DIGITS = 9;

/** The best checkpoint so far. */
export interface BestCheckpoint {
  readonly step: number;
  readonly score: number;
}

/** The path of a run's checkpoint at a step. */
export function checkpointPath(run: string, step: number): string {
  return path.join(run, FOLDER, `step-${String(step).padStart(STEP_DIGITS, '0')}.safetensors`);
}

/** Steps of the checkpoints in a run's folder, newest first. */
export async function listCheckpoints(run: string): Promise<readonly number[]> {
  const names = await readdir(path.join(run, FOLDER)).catch(() => []);
  return names.flatMap((name) => NAME.exec(name)?.[1] ?? []).map(Number).toSorted((first, second) => second - first);
}

/** The best checkpoint of a run, where there is one. */
export async function bestCheckpoint(run: string): Promise<BestCheckpoint | undefined> {
  const text = await readFile(path.join(run, FOLDER, BEST_FILE), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as BestCheckpoint);
}

/** Saves a state as the checkpoint of its step. @throws InputError when it cannot be written; older ones stay */
export async function saveCheckpoint(run: string, content: CheckpointContent): Promise<void> {
  await mkdir(path.join(run, FOLDER), { recursive: true });
  await writeCheckpoint(checkpointPath(run, content.step), content);
}

/** Marks a saved checkpoint as the best. */
export async function markBest(run: string, best: BestCheckpoint): Promise<void> {
  await replaceFile(path.join(run, FOLDER, BEST_FILE), `${JSON.stringify(best)}\n`);
}

/** Removes all but the newest `keep` and the best, and what a killed process left half-written. */
export async function thinCheckpoints(run: string, keep: number): Promise<void> {
  const best = await bestCheckpoint(run);
  const old = (await listCheckpoints(run)).slice(keep).filter((step) => step !== best?.step);
  for (const file of old.map((step) => checkpointPath(run, step))) {
    await rm(file, { force: true });
    await rm(digestFileOf(file), { force: true });
  }
  await removeTemporaries(path.join(run, FOLDER));
}

/**
 * The newest checkpoint of a run that is whole; damaged ones are named and passed over.
 *
 * @throws InputError when there is none
 */
export async function newestCheckpoint(run: string, say: (line: string) => void): Promise<Checkpoint> {
  for (const step of await listCheckpoints(run)) {
    try {
      return await readCheckpoint(checkpointPath(run, step));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      say(`passing over a damaged checkpoint: ${error.message}`);
    }
  }
  throw new InputError({ where: run, expected: 'a run with a checkpoint', got: 'none that is whole', remedy: 'name a folder that mfim-train train made' });
}
