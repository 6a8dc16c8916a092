/**
 * The allow-list: every class or function that a checkpoint may name, and what stands for its call.
 * Nothing is imported and nothing is executed; any other name is refused.
 */
import { damaged } from '../damaged.ts';
import { NumpyArray } from '../numpy/numpy-value.ts';
import { fromBuffer, latin1Bytes, makeScalar, makeType } from '../numpy/unpickle-numpy.ts';
import { STORAGE_TYPES, TORCH_TYPES } from '../pytorch/storage.ts';
import { rebuildFromType, rebuildParameter, rebuildTensor, rebuildTypedTensor } from '../pytorch/rebuild-tensor.ts';
import { GlobalName, PythonRecord } from './pickle-value.ts';
import type { PickleValue } from './pickle-value.ts';
import { reconstructPersistent } from './persistent-object.ts';

const WHERE = 'readPickle';

/** Reads the legacy file in its bytes; the rules of reading do it. */
export const LOAD_FROM_BYTES = 'torch.storage._load_from_bytes';

type Call = (parameters: readonly PickleValue[]) => PickleValue;

function rebuildDictionary([pairs]: readonly PickleValue[]): PickleValue {
  if (pairs instanceof Map) return new Map(pairs);
  const dictionary = new Map<PickleValue, PickleValue>();
  if (pairs === undefined) return dictionary;
  if (!Array.isArray(pairs)) damaged(WHERE, { expected: 'pairs for a dictionary', got: 'something else' });
  for (const pair of pairs) {
    if (!Array.isArray(pair) || pair.length !== 2) damaged(WHERE, { expected: 'pairs', got: 'something else' });
    dictionary.set(pair[0] as PickleValue, pair[1] as PickleValue);
  }
  return dictionary;
}

function listOf([items]: readonly PickleValue[]): PickleValue {
  if (items === undefined) return [];
  return Array.isArray(items) ? items : damaged(WHERE, { expected: 'a list', got: 'something else' });
}

function encode([text, encoding]: readonly PickleValue[]): PickleValue {
  if (typeof text !== 'string' || (encoding !== 'latin1' && encoding !== 'latin-1')) damaged(WHERE, { expected: 'text in latin1', got: 'something else' });
  return latin1Bytes(text);
}

/** `copyreg._reconstructor(class, object, None)` and `copyreg.__newobj__(class, ...)`: an empty object of a known class. */
function newObject([type, ...parameters]: readonly PickleValue[]): PickleValue {
  if (!(type instanceof GlobalName)) damaged(WHERE, { expected: 'a class', got: 'something else' });
  return callGlobal(type.name, parameters.filter((value) => value instanceof Map));
}

const first: Call = ([value]) => value ?? null;
const emptyDictionary: Call = () => new Map<PickleValue, PickleValue>();
const path: Call = (parts) => parts.filter((part) => typeof part === 'string').join('/');

const NUMPY_CALLS: readonly (readonly [string, Call])[] = ['numpy.core', 'numpy._core'].flatMap((core): [string, Call][] => [
  [`${core}.multiarray._reconstruct`, () => new NumpyArray()],
  [`${core}.multiarray.scalar`, makeScalar],
  [`${core}.numeric._frombuffer`, fromBuffer],
]);

const BUILTIN_CALLS: readonly (readonly [string, Call])[] = ['builtins', '__builtin__'].flatMap((module): [string, Call][] => [
  [`${module}.dict`, rebuildDictionary],
  [`${module}.list`, listOf],
  [`${module}.tuple`, listOf],
  [`${module}.set`, listOf],
  [`${module}.frozenset`, listOf],
]);

const CALLS: ReadonlyMap<string, Call> = new Map<string, Call>([
  ...NUMPY_CALLS,
  ...BUILTIN_CALLS,
  ['numpy.dtype', makeType],
  ['_codecs.encode', encode],
  ['collections.OrderedDict', rebuildDictionary],
  ['collections.defaultdict', emptyDictionary],
  ['collections.Counter', rebuildDictionary],
  ['collections.deque', listOf],
  ['dnnlib.util.EasyDict', rebuildDictionary],
  ['dnnlib.EasyDict', rebuildDictionary],
  ['copyreg._reconstructor', newObject],
  ['copy_reg._reconstructor', newObject],
  ['copyreg.__newobj__', newObject],
  ['copy_reg.__newobj__', newObject],
  ['pathlib.PosixPath', path],
  ['pathlib.WindowsPath', path],
  ['pathlib.PurePosixPath', path],
  ['torch.Size', ([sizes]) => sizes ?? []],
  ['torch.device', first],
  ['torch._utils._rebuild_tensor', rebuildTensor],
  ['torch._utils._rebuild_tensor_v2', rebuildTensor],
  ['torch._utils._rebuild_tensor_v3', rebuildTypedTensor],
  ['torch._utils._rebuild_parameter', rebuildParameter],
  ['torch._utils._rebuild_parameter_with_state', rebuildParameter],
  ['torch.nn.parameter.Parameter', rebuildParameter],
  ['torch._tensor._rebuild_from_type_v2', (parameters) => rebuildFromType(parameters, callGlobal)],
  ['torch.jit._pickle.build_intlist', first],
  ['torch.jit._pickle.build_doublelist', first],
  ['torch.jit._pickle.build_boollist', first],
  ['torch.jit._pickle.build_tensorlist', first],
  ['torch.jit._pickle.restore_type_tag', first],
  ['torch_utils.persistence._reconstruct_persistent_obj', reconstructPersistent],
]);

/** Classes whose objects hold plain attributes. */
const RECORDS: ReadonlySet<string> = new Set([
  'argparse.Namespace', 'types.SimpleNamespace', 'chumpy.ch.Ch',
  ...['csc', 'csr', 'coo'].flatMap((kind) => [`scipy.sparse.${kind}.${kind}_matrix`, `scipy.sparse._${kind}.${kind}_matrix`]),
]);
/** Modules whose classes are modules: parameters, buffers and submodules. TorchScript's have generated names. */
const RECORD_MODULES = ['torch.nn.modules.', 'torchvision.models.', '__torch__.'];

/** Names that are only mentioned. */
const MENTIONED: ReadonlySet<string> = new Set([
  'numpy.ndarray', 'builtins.object', '__builtin__.object', 'builtins.int', 'builtins.float', 'torch.Tensor', 'torch._tensor.Tensor', LOAD_FROM_BYTES,
]);

function isRecord(name: string): boolean {
  return RECORDS.has(name) || RECORD_MODULES.some((module) => name.startsWith(module));
}

/** Whether a name is on the allow-list. */
export function isAllowedGlobal(name: string): boolean {
  return CALLS.has(name) || MENTIONED.has(name) || STORAGE_TYPES.has(name) || TORCH_TYPES.has(name) || isRecord(name);
}

/**
 * Checks a name against the allow-list.
 *
 * @throws InputError naming the refused global.
 */
export function checkGlobal(name: string): void {
  if (isAllowedGlobal(name)) return;
  damaged(WHERE, {
    expected: 'a file of tensors, dictionaries and numbers',
    got: `the Python object ${JSON.stringify(name)}`,
    remedy: 'it was not executed (inspectPickles tells what it would have done); save only tensors, as in torch.save(model.state_dict(), path)',
  });
}

/**
 * What stands for calling an allowed global.
 *
 * @throws InputError when the global cannot be called or the parameters do not fit.
 */
export function callGlobal(name: string, parameters: readonly PickleValue[]): PickleValue {
  const call = CALLS.get(name);
  if (call !== undefined) return call(parameters);
  return isRecord(name) ? new PythonRecord(name) : damaged(WHERE, { expected: 'a callable global', got: name });
}
