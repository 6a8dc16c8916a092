/** Whether two checkpoints hold the same state, bit for bit. */
import type { Checkpoint } from './checkpoint-file.ts';

/** What differs. */
export interface CheckpointComparison {
  readonly step: number;
  readonly tensors: number;
  /** Names of tensors, counts or streams that differ. */
  readonly different: readonly string[];
}

/** Compares tensors, counts, step and the plan stream. */
export function compareCheckpoints(first: Checkpoint, second: Checkpoint): CheckpointComparison {
  const names = new Set([...first.tensors.keys(), ...second.tensors.keys()]);
  const different = [...names].filter((name) => {
    const [one, other] = [first.tensors.get(name), second.tensors.get(name)];
    return one === undefined || other === undefined || one.shape.join() !== other.shape.join() || Buffer.compare(one.data, other.data) !== 0;
  });
  if (first.step !== second.step) different.push('step');
  if (first.stream.join() !== second.stream.join()) different.push('stream');
  if (JSON.stringify(first.numbers) !== JSON.stringify(second.numbers)) different.push('numbers');
  return { step: first.step, tensors: names.size, different };
}
