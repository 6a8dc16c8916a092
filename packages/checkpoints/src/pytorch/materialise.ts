/**
 * From a strided window on a storage to a row-major tensor. A contiguous window stays a view into
 * the file; any other is copied, within a budget, since strides of 0 let a few bytes claim any size.
 */
import { damaged } from '../damaged.ts';
import { DATA_TYPE_BYTES, elementCount } from '../data-type.ts';
import type { RawTensor } from '../raw-tensor.ts';
import type { StorageView } from './storage.ts';

const WHERE = 'readPyTorch';

/** How many bytes may still be copied. */
export interface CopyBudget {
  bytes: number;
}

function checkWindow(view: StorageView, name: string): void {
  const { storage, offset, shape, strides } = view;
  const reach = shape.reduce((last, size, axis) => last + (size - 1) * (strides[axis] as number), offset);
  const fits = elementCount(shape) === 0 ? offset <= storage.count : reach < storage.count;
  if (fits && Number.isSafeInteger(elementCount(shape))) return;
  damaged(WHERE, {
    expected: `${name} to lie inside its storage of ${storage.count} numbers`,
    got: `shape [${shape.join(', ')}], strides [${strides.join(', ')}], offset ${offset}`,
  });
}

function isContiguous({ shape, strides }: StorageView): boolean {
  let expected = 1;
  for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
    const size = shape[axis] as number;
    if (size !== 1 && strides[axis] !== expected) return false;
    expected *= size;
  }
  return true;
}

/** Copies element by element in row-major order, counting positions up like an odometer. */
function gather(view: StorageView, source: Uint8Array): Uint8Array {
  const { shape, strides } = view;
  const width = DATA_TYPE_BYTES[view.storage.dtype];
  const count = elementCount(shape);
  const result = new Uint8Array(count * width);
  const position = shape.map(() => 0);
  let from = view.offset;
  for (let index = 0; index < count; index += 1) {
    result.set(source.subarray(from * width, (from + 1) * width), index * width);
    for (let axis = shape.length - 1; axis >= 0; axis -= 1) {
      const next = (position[axis] as number) + 1;
      from += strides[axis] as number;
      position[axis] = next;
      if (next < (shape[axis] as number)) break;
      from -= next * (strides[axis] as number);
      position[axis] = 0;
    }
  }
  return result;
}

/**
 * The row-major tensor of a view.
 *
 * @param name how messages call it
 * @throws InputError when the window leaves its storage or the copies exceed the budget.
 */
export function materialise(name: string, view: StorageView, budget: CopyBudget): RawTensor {
  const { storage, shape, offset } = view;
  const source = storage.bytes;
  if (source === undefined) damaged(WHERE, { expected: `the storage ${storage.key} of ${name}`, got: 'none' });
  checkWindow(view, name);
  const width = DATA_TYPE_BYTES[storage.dtype];
  const size = elementCount(shape) * width;
  if (size === 0 || isContiguous(view)) {
    const begin = offset * width;
    return { dtype: storage.dtype, shape, data: source.subarray(begin, begin + size) };
  }
  budget.bytes -= size;
  if (budget.bytes < 0) {
    damaged(WHERE, {
      expected: 'strided tensors that are not far larger than the file',
      got: `${name} with shape [${shape.join(', ')}]`,
      remedy: 'save the tensor with .contiguous()',
    });
  }
  return { dtype: storage.dtype, shape, data: gather(view, source) };
}
