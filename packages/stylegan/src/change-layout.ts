/** Moves the numbers of one parameter from PyTorch's layout to ours, and back. */
import type { LayoutChange } from './nvidia-key-map.ts';

/** Row-major values and their dimensions. */
export interface LaidOut {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

const SPATIAL_AT_4 = 16;

function permute({ data, shape }: LaidOut, order: readonly number[]): LaidOut {
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((product, size) => product * size, 1));
  const newShape = order.map((axis) => shape[axis] as number);
  const result = new Float32Array(data.length);
  const index = order.map(() => 0);
  for (let position = 0; position < data.length; position += 1) {
    let from = 0;
    for (let axis = 0; axis < order.length; axis += 1) {
      from += (index[axis] as number) * (strides[order[axis] as number] as number);
    }
    result[position] = data[from] as number;
    for (let axis = order.length - 1; axis >= 0; axis -= 1) {
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (newShape[axis] as number)) break;
      index[axis] = 0;
    }
  }
  return { data: result, shape: newShape };
}

function flattenedFromTorch({ data, shape }: LaidOut): LaidOut {
  const [output, input] = shape as [number, number];
  const moved = permute({ data, shape: [output, input / SPATIAL_AT_4, SPATIAL_AT_4] }, [2, 1, 0]);
  return { data: moved.data, shape: [input, output] };
}

function flattenedToTorch({ data, shape }: LaidOut): LaidOut {
  const [input, output] = shape as [number, number];
  const moved = permute({ data, shape: [SPATIAL_AT_4, input / SPATIAL_AT_4, output] }, [2, 1, 0]);
  return { data: moved.data, shape: [output, input] };
}

/** From PyTorch's layout to ours. */
export function fromTorchLayout(tensor: LaidOut, layout: LayoutChange): LaidOut {
  if (layout === 'linear') return permute(tensor, [1, 0]);
  if (layout === 'kernel') return permute(tensor, [2, 3, 1, 0]);
  if (layout === 'constant') return permute(tensor, [1, 2, 0]);
  return layout === 'flattened' ? flattenedFromTorch(tensor) : tensor;
}

/** From our layout to PyTorch's; the inverse of `fromTorchLayout`. */
export function toTorchLayout(tensor: LaidOut, layout: LayoutChange): LaidOut {
  if (layout === 'linear') return permute(tensor, [1, 0]);
  if (layout === 'kernel') return permute(tensor, [3, 2, 0, 1]);
  if (layout === 'constant') return permute(tensor, [2, 0, 1]);
  return layout === 'flattened' ? flattenedToTorch(tensor) : tensor;
}
