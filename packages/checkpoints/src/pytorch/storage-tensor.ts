/**
 * From a strided window on a storage to a row-major tensor. A contiguous window stays a part of the file; any other is
 * copied when it is loaded, within a budget, since strides of 0 let a few bytes claim any size.
 */
import { damaged } from '../damaged.ts';
import { DATA_TYPE_BYTES, safeElementCount } from '../data-type.ts';
import { storedTensor } from '../lazy-tensor.ts';
import type { LazyTensor } from '../lazy-tensor.ts';
import type { Reading, Region } from '../reading/region.ts';
import { gather, isContiguous, reachOf } from '../strided/gather.ts';
import type { StorageView } from './storage.ts';

const WHERE = 'readPyTorch';

/** How many bytes may still be copied. */
export interface CopyBudget {
  bytes: number;
}

/** Bytes of the storage that the window touches: position and length. */
function windowOf(name: string, { storage, dtype, offset, shape, strides }: StorageView): { readonly start: number; readonly length: number } {
  const width = DATA_TYPE_BYTES[dtype];
  const reach = reachOf(shape, strides);
  const fits = (offset + reach) * width <= storage.byteLength && safeElementCount(shape) !== undefined;
  if (fits) return { start: offset * width, length: reach * width };
  return damaged(WHERE, {
    expected: `${name} to lie inside its storage of ${storage.count} numbers`,
    got: `shape [${shape.join(', ')}], strides [${strides.join(', ')}], offset ${offset}`,
  });
}

function takeFrom(budget: CopyBudget, size: number, got: string): void {
  budget.bytes -= size;
  if (budget.bytes >= 0) return;
  damaged(WHERE, { expected: 'strided tensors that are not far larger than the file', got, remedy: 'save the tensor with .contiguous()' });
}

/**
 * The row-major tensor of a view.
 *
 * @param name how messages call it
 * @throws InputError when the window leaves its storage or the copies exceed the budget.
 */
export function storageTensor(name: string, view: StorageView, budget: CopyBudget): LazyTensor {
  const { storage, dtype, shape, strides } = view;
  const { open } = storage;
  if (open === undefined) damaged(WHERE, { expected: `the storage ${storage.key} of ${name}`, got: 'none' });
  const { start, length } = windowOf(name, view);
  const width = DATA_TYPE_BYTES[dtype];
  const size = (safeElementCount(shape) as number) * width;
  function* part(): Reading<Region> {
    return (yield* (open as () => Reading<Region>)()).part(start, length);
  }
  if (size === 0 || isContiguous(shape, strides)) return storedTensor(dtype, shape, part);
  takeFrom(budget, size, `${name} with shape [${shape.join(', ')}]`);
  function* load(): Reading<Uint8Array> {
    return gather(yield* (yield* part()).read(0, length), { width, offset: 0, shape, strides });
  }
  return { dtype, shape, load };
}
