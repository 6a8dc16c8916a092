/**
 * The allow-list: every class or function that a checkpoint may name, and what stands for its call.
 * Nothing is imported and nothing is executed; any other name is refused.
 */
import { damaged } from '../damaged.ts';
import type { PickleValue } from './pickle-value.ts';
import { STORAGE_NAMES, Storage, StorageView } from './storage.ts';

const WHERE = 'readPyTorch';
const MAXIMUM_AXES = 16;

type Call = (parameters: readonly PickleValue[]) => PickleValue;

function isSizeList(value: PickleValue | undefined): value is number[] {
  return (
    Array.isArray(value) &&
    value.length <= MAXIMUM_AXES &&
    value.every((size) => Number.isSafeInteger(size) && (size as number) >= 0)
  );
}

/** `(storage, offset, shape, strides, ...)`; gradients, hooks and metadata are dropped. */
function rebuildTensor(parameters: readonly PickleValue[]): StorageView {
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

/** `(data, requires_grad, hooks)`: a parameter is its tensor. */
function rebuildParameter([data]: readonly PickleValue[]): StorageView {
  if (!(data instanceof StorageView)) damaged(WHERE, { expected: 'a tensor in a parameter', got: 'something else' });
  return data;
}

function rebuildDictionary([pairs]: readonly PickleValue[]): PickleValue {
  const dictionary = new Map<PickleValue, PickleValue>();
  if (pairs === undefined) return dictionary;
  if (!Array.isArray(pairs)) damaged(WHERE, { expected: 'pairs for an OrderedDict', got: 'something else' });
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2) damaged(WHERE, { expected: 'pairs', got: 'something else' });
    dictionary.set(pair[0] as PickleValue, pair[1] as PickleValue);
  }
  return dictionary;
}

const CALLS: ReadonlyMap<string, Call> = new Map<string, Call>([
  ['collections.OrderedDict', rebuildDictionary],
  ['argparse.Namespace', () => new Map<PickleValue, PickleValue>()],
  ['torch.Size', ([sizes]) => sizes ?? []],
  ['torch._utils._rebuild_tensor', rebuildTensor],
  ['torch._utils._rebuild_tensor_v2', rebuildTensor],
  ['torch._utils._rebuild_parameter', rebuildParameter],
]);

const ALLOWED: ReadonlySet<string> = new Set([...CALLS.keys(), ...STORAGE_NAMES]);

/**
 * Checks a name against the allow-list.
 *
 * @throws InputError naming the refused global.
 */
export function checkGlobal(name: string): void {
  if (ALLOWED.has(name)) return;
  damaged(WHERE, {
    expected: 'a file of tensors, dictionaries and numbers',
    got: `the Python object ${JSON.stringify(name)}`,
    remedy: 'it was not executed; save only tensors, as in torch.save(model.state_dict(), path)',
  });
}

/**
 * What stands for calling an allowed global.
 *
 * @throws InputError when the global cannot be called or the parameters do not fit.
 */
export function callGlobal(name: string, parameters: readonly PickleValue[]): PickleValue {
  const call = CALLS.get(name);
  if (call === undefined) damaged(WHERE, { expected: 'a callable global', got: name });
  return call(parameters);
}
