/** Which checkpoint of a run a command works on: `--step 250`, `--step best`, or the newest. */
import { InputError } from '@mfim/tensor-contracts';
import { readCheckpoint } from '../run/checkpoint-file.ts';
import type { Checkpoint } from '../run/checkpoint-file.ts';
import { bestCheckpoint, checkpointPath, newestCheckpoint } from '../run/checkpoint-store.ts';

/** The flag. */
export const STEP_FLAG = { kind: 'parsed', parse: String, optional: true, brief: "Step of the checkpoint, or 'best'; default: the newest" } as const;

/** @throws InputError when the run has no such checkpoint */
export async function chosenCheckpoint(run: string, step: string | undefined): Promise<Checkpoint> {
  if (step === undefined) return newestCheckpoint(run, (line) => process.stderr.write(`${line}\n`));
  const number = step === 'best' ? (await bestCheckpoint(run))?.step : Number(step);
  if (number === undefined || !Number.isInteger(number)) {
    throw new InputError({ where: `--step ${step}`, expected: "a step with a checkpoint, or 'best' in a run that has one", got: step, remedy: `look into ${run}/checkpoints` });
  }
  return readCheckpoint(checkpointPath(run, number));
}
