/** The rules of reading: what is on the allow-list gets its stand-in, everything else is refused by name. */
import { damaged } from '../damaged.ts';
import { NumpyArray, NumpyType } from '../numpy/numpy-value.ts';
import { buildArray, buildType } from '../numpy/unpickle-numpy.ts';
import { regionOf } from '../numpy/numpy-tensor.ts';
import { StorageView } from '../pytorch/storage.ts';
import type { Reading, Region } from '../reading/region.ts';
import { LOAD_FROM_BYTES, callGlobal, checkGlobal } from './allowed-globals.ts';
import { BytesSpan, GlobalName, PythonRecord } from './pickle-value.ts';
import type { PickleValue } from './pickle-value.ts';
import type { PickleRules } from './unpickle.ts';

const WHERE = 'readPickle';

/** What the surrounding format knows. */
export interface StrictContext {
  /** The storage of a persistent id. */
  readonly persistent: (id: PickleValue) => PickleValue;
  /** What `torch.storage._load_from_bytes` would return: the object in a legacy file. */
  readonly embedded: (file: Region) => Reading<PickleValue>;
}

/** Attributes of an object: a dictionary, or a pair of dictionaries where the class has slots. */
function setAttributes(record: PythonRecord, state: PickleValue): void {
  const parts = Array.isArray(state) && state.length === 2 ? state : [state];
  for (const part of parts) {
    if (part instanceof Map) for (const [key, value] of part) record.attributes.set(key, value);
    else if (part !== null) record.attributes.set('state', part);
  }
}

/** Attributes of dictionaries and tensors, such as the versions of a state dictionary, are dropped. */
function build(object: PickleValue, state: PickleValue): void {
  if (object instanceof PythonRecord) setAttributes(object, state);
  else if (object instanceof NumpyArray) buildArray(object, state);
  else if (object instanceof NumpyType) buildType(object, state);
  else if (!(object instanceof Map || object instanceof StorageView)) {
    damaged(WHERE, { expected: 'state for an object, a dictionary or an array', got: 'state for something else' });
  }
}

function* call(context: StrictContext, callee: PickleValue, parameters: PickleValue): Reading<PickleValue> {
  if (!(callee instanceof GlobalName) || !Array.isArray(parameters)) {
    damaged(WHERE, { expected: 'a call of a named global', got: 'something else' });
  }
  if (callee.name !== LOAD_FROM_BYTES) return callGlobal(callee.name, parameters);
  const [bytes] = parameters;
  if (!(bytes instanceof Uint8Array || bytes instanceof BytesSpan)) damaged(WHERE, { expected: 'the bytes of a storage', got: 'something else' });
  return yield* context.embedded(regionOf(bytes));
}

/** Rules by the allow-list. */
export function strictRules(context: StrictContext): PickleRules {
  return {
    global(module, name) {
      checkGlobal(`${module}.${name}`);
      return new GlobalName(`${module}.${name}`);
    },
    call: (callee, parameters) => call(context, callee, parameters),
    build,
    persistent: context.persistent,
    addTo: () => damaged(WHERE, { expected: 'items for a list or a dictionary', got: 'items for something else' }),
  };
}
