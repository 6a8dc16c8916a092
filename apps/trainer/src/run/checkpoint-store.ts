/**
 * The checkpoints of a run: `checkpoints/step-000000250.safetensors`, each beside its SHA-256 in the form
 * that `sha256sum -c` reads. There is never a partial file under a final name. The newest K stay, and the best.
 */
import { createHash } from 'node:crypto';
import { mkdir, readFile, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { fromFloat32, readSafetensors, safetensorsPieces } from '@mfim/checkpoints';
import type { RawTensor } from '@mfim/checkpoints';
import { InputError } from '@mfim/tensor-contracts';
import { removeTemporaries, replaceFile } from '../files/replace-file.ts';
import type { FlatBucket, PackedState, StoredState } from './stage.ts';

const FORMAT = 'mfim-checkpoint-2';
const FOLDER = 'checkpoints';
const BEST_FILE = 'best.json';
const NAME = /^step-(\d+)\.safetensors$/;
const STEP_DIGITS = 9;

/** What stands beside the tensors. */
export interface CheckpointFacts {
  readonly step: number;
  /** State of the plan stream. */
  readonly stream: readonly number[];
  /** The whole configuration, as JSON. */
  readonly config: string;
}

/** A checkpoint that has been read and checked. */
export interface Checkpoint extends CheckpointFacts, StoredState {
  readonly file: string;
}

/** The best checkpoint so far. */
export interface BestCheckpoint {
  readonly step: number;
  readonly score: number;
}

const nameOf = (step: number): string => `step-${String(step).padStart(STEP_DIGITS, '0')}.safetensors`;
const hashFileOf = (file: string): string => file.replace(/\.safetensors$/, '.sha256');

async function tensorsOf({ prefix, layout, flat }: FlatBucket): Promise<[string, RawTensor][]> {
  const values = (await flat.data()) as Float32Array;
  let offset = 0;
  return layout.names.map((name, index) => {
    const size = layout.sizes[index] as number;
    const data = values.subarray(offset, offset + size);
    offset += size;
    return [prefix + name, fromFloat32({ data, shape: layout.shapes[index] as readonly number[] })];
  });
}

async function allTensors(packed: PackedState): Promise<Map<string, RawTensor>> {
  const tensors = new Map<string, RawTensor>();
  for (const bucket of packed.buckets) for (const [name, tensor] of await tensorsOf(bucket)) tensors.set(name, tensor);
  for (const [name, tensor] of packed.buffers) {
    tensors.set(name, fromFloat32({ data: (await tensor.data()) as Float32Array, shape: tensor.shape }));
  }
  return tensors;
}

const REMEDY = 'free some space or choose another folder, then resume: the older checkpoints are whole';

/** Writes pieces, then the digest beside them; a file without its digest counts as whole. */
async function writeDigested(file: string, pieces: readonly Uint8Array[]): Promise<void> {
  const digest = createHash('sha256');
  async function* digested(): AsyncGenerator<Uint8Array> {
    for (const piece of pieces) {
      digest.update(piece);
      yield piece;
    }
  }
  // A digest of an earlier file under this name would condemn the new one, should the process be killed between the two.
  await rm(hashFileOf(file), { force: true });
  await replaceFile(file, digested(), REMEDY);
  await replaceFile(hashFileOf(file), `${digest.digest('hex')}  ${path.basename(file)}\n`, REMEDY);
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
export async function saveCheckpoint(run: string, packed: PackedState, facts: CheckpointFacts): Promise<void> {
  const folder = path.join(run, FOLDER);
  await mkdir(folder, { recursive: true });
  const metadata = Object.entries({
    format: FORMAT,
    step: String(facts.step),
    stream: JSON.stringify(facts.stream),
    numbers: JSON.stringify(packed.numbers),
    config: facts.config,
  });
  await writeDigested(path.join(folder, nameOf(facts.step)), safetensorsPieces(await allTensors(packed), new Map(metadata)));
}

/** Marks a saved checkpoint as the best. */
export async function markBest(run: string, best: BestCheckpoint): Promise<void> {
  await replaceFile(path.join(run, FOLDER, BEST_FILE), `${JSON.stringify(best)}\n`);
}

/** Removes all but the newest `keep` and the best, and what a killed process left half-written. */
export async function thinCheckpoints(run: string, keep: number): Promise<void> {
  const folder = path.join(run, FOLDER);
  const best = await bestCheckpoint(run);
  const old = (await listCheckpoints(run)).slice(keep).filter((step) => step !== best?.step);
  for (const step of old) {
    await rm(path.join(folder, nameOf(step)), { force: true });
    await rm(path.join(folder, hashFileOf(nameOf(step))), { force: true });
  }
  await removeTemporaries(folder);
}

/**
 * Reads and checks one checkpoint file.
 *
 * @throws InputError when it is absent, changed since it was written, or no checkpoint
 */
export async function readCheckpoint(file: string): Promise<Checkpoint> {
  const refuse = (expected: string, got: string, cause?: unknown): InputError =>
    new InputError({ where: file, expected, got, remedy: 'use an older checkpoint of the run, or one that mfim-train saved', cause });
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw refuse('a checkpoint', String(cause), cause);
  });
  const expected = (await readFile(hashFileOf(file), 'utf8').catch(() => '')).split(' ')[0];
  const actual = createHash('sha256').update(bytes).digest('hex');
  if (expected !== '' && expected !== actual) throw refuse(`SHA-256 ${expected}`, actual);
  const { tensors, metadata } = readSafetensors(bytes);
  if (metadata.get('format') !== FORMAT) throw refuse(FORMAT, metadata.get('format') ?? 'another safetensors file');
  return {
    file,
    tensors,
    step: Number(metadata.get('step')),
    stream: JSON.parse(metadata.get('stream') ?? '[]') as number[],
    numbers: JSON.parse(metadata.get('numbers') ?? '{}') as Record<string, number>,
    config: metadata.get('config') ?? '{}',
  };
}

/**
 * The newest checkpoint of a run that is whole; damaged ones are named and passed over.
 *
 * @throws InputError when there is none
 */
export async function newestCheckpoint(run: string, say: (line: string) => void): Promise<Checkpoint> {
  for (const step of await listCheckpoints(run)) {
    try {
      return await readCheckpoint(path.join(run, FOLDER, nameOf(step)));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      say(`passing over a damaged checkpoint: ${error.message}`);
    }
  }
  throw new InputError({ where: run, expected: 'a run with a checkpoint', got: 'none that is whole', remedy: 'name a folder that mfim-train train made' });
}

/** The path of a run's checkpoint at a step. */
export function checkpointPath(run: string, step: number): string {
  return path.join(run, FOLDER, nameOf(step));
}
