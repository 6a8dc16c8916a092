/** Reads a row-major tensor along other axes, forwards or backwards. */
import type { HostTensor } from '@mfim/tensor-contracts';

/** Where a walk over `data` starts and how far each axis of the result steps. */
interface Walk {
  readonly shape: readonly number[];
  readonly strides: readonly number[];
  readonly start: number;
}

function walkOver(shape: readonly number[], axes: readonly number[], reversed: readonly number[]): Walk {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const sizes = axes.map((axis) => shape[axis] as number);
  let start = 0;
  const steps = axes.map((axis, position) => {
    const step = strides[axis] as number;
    if (!reversed.includes(position)) return step;
    start += step * Math.max(0, (sizes[position] as number) - 1);
    return -step;
  });
  return { shape: sizes, strides: steps, start };
}

/**
 * The tensor with axis `axes[i]` of the input as axis i, backwards along the axes of the result that `reversed` lists.
 *
 * @param axes a permutation of the tensor's axes
 */
export function permute({ data, shape }: HostTensor, axes: readonly number[], reversed: readonly number[] = []): HostTensor {
  const walk = walkOver(shape, axes, reversed);
  const result = new Float32Array(data.length);
  const index = axes.map(() => 0);
  let from = walk.start;
  for (let position = 0; position < data.length; position += 1) {
    result[position] = data[from] as number;
    for (let axis = axes.length - 1; axis >= 0; axis -= 1) {
      const next = (index[axis] as number) + 1;
      const step = walk.strides[axis] as number;
      from += step;
      index[axis] = next;
      if (next < (walk.shape[axis] as number)) break;
      from -= next * step;
      index[axis] = 0;
    }
  }
  return { data: result, shape: walk.shape };
}
