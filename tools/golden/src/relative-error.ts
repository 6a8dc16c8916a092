/** How far a tensor is from its golden value: `max |actual - golden| / max |golden|`. */
import { ShapeError } from '@mfim/tensor-contracts';
import type { HostTensor } from '@mfim/tensor-contracts';

/** Largest relative error that a value and a gradient may have. */
export const TOLERANCE = { value: 1e-4, gradient: 1e-3 } as const;

/**
 * @returns the relative error, NaN where a number is NaN; of an all-zero golden tensor, the largest absolute value
 * @throws ShapeError when the shapes differ
 */
export function relativeError(actual: HostTensor, golden: HostTensor): number {
  if (actual.shape.join() !== golden.shape.join()) {
    throw new ShapeError({
      where: 'relativeError',
      expected: `shape [${golden.shape.join(', ')}]`,
      got: `[${actual.shape.join(', ')}]`,
      remedy: 'compare tensors of the same layout',
    });
  }
  let difference = 0;
  let size = 0;
  for (let index = 0; index < golden.data.length; index += 1) {
    const wanted = golden.data[index] as number;
    const distance = Math.abs((actual.data[index] as number) - wanted);
    // Math.max passes NaN on, so that it never counts as "no difference".
    difference = Math.max(difference, distance);
    size = Math.max(size, Math.abs(wanted));
  }
  return size === 0 ? difference : difference / size;
}
