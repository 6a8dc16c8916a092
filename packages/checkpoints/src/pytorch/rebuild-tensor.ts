/** The calls by which PyTorch's pickles make tensors. */
import { damaged } from '../damaged.ts';
import { DATA_TYPE_BYTES } from '../data-type.ts';
import { GlobalName } from '../pickle/pickle-value.ts';
import type { PickleValue } from '../pickle/pickle-value.ts';
import { Storage, StorageView, TORCH_TYPES } from './storage.ts';

const WHERE = 'readPyTorch';
const MAXIMUM_AXES = 16;
/** Of `_rebuild_tensor_v3`'s parameters. */
const TYPE_INDEX = 6;

function isSizeList(value: PickleValue | undefined): value is number[] {
  return (
    Array.isArray(value) &&
    value.length <= MAXIMUM_AXES &&
    value.every((size) => Number.isSafeInteger(size) && (size as number) >= 0)
  );
}

/** `(storage, offset, shape, strides, ...)`; gradients, hooks and metadata are dropped. */
export function rebuildTensor(parameters: readonly PickleValue[]): StorageView {
  const [storage, offset, shape, strides] = parameters;
  const fits =
    storage instanceof Storage &&
    isSizeList([offset as PickleValue]) &&
    isSizeList(shape) &&
    isSizeList(strides) &&
    shape.length === strides.length;
  if (!fits) damaged(WHERE, { expected: 'a storage, an offset, a shape and strides', got: 'something else' });
  return new StorageView(storage, { offset: offset as number, shape: [...shape], strides: [...strides] });
}

/** The same on an untyped storage, with a dtype behind the hooks. */
export function rebuildTypedTensor(parameters: readonly PickleValue[]): StorageView {
  const view = rebuildTensor(parameters);
  const type = parameters[TYPE_INDEX];
  const dtype = type instanceof GlobalName ? TORCH_TYPES.get(type.name) : undefined;
  if (dtype === undefined || DATA_TYPE_BYTES[view.dtype] !== 1) {
    damaged(WHERE, { expected: 'a dtype of numbers on a storage of bytes', got: type instanceof GlobalName ? type.name : 'something else' });
  }
  return new StorageView(view.storage, view, dtype);
}

/** `(data, requires_grad, hooks)`: a parameter is its tensor. */
export function rebuildParameter([data]: readonly PickleValue[]): StorageView {
  if (!(data instanceof StorageView)) damaged(WHERE, { expected: 'a tensor in a parameter', got: 'something else' });
  return data;
}

/** `(function, type, parameters, state)`: a tensor with attributes is what its function makes. */
export function rebuildFromType([callee, , parameters]: readonly PickleValue[], call: (name: string, parameters: readonly PickleValue[]) => PickleValue): PickleValue {
  const known = callee instanceof GlobalName && callee.name.startsWith('torch._utils._rebuild_') && Array.isArray(parameters);
  return known ? call(callee.name, parameters) : damaged(WHERE, { expected: 'a call that makes a tensor', got: 'something else' });
}
