/**
 * NVIDIA's `torch_utils.persistence`: an object is a call of `_reconstruct_persistent_obj` with a dictionary that holds the
 * source code of its module, the name of its class, and its state. Python runs that source; here it is never looked at, and
 * class and state are kept.
 */
import { damaged } from '../damaged.ts';
import { PythonRecord } from './pickle-value.ts';
import type { PickleValue } from './pickle-value.ts';

const WHERE = 'readPickle';

/**
 * The object as its attributes.
 *
 * @throws InputError when the dictionary is not as `torch_utils.persistence` writes it.
 */
export function reconstructPersistent([meta]: readonly PickleValue[]): PickleValue {
  const className = meta instanceof Map ? meta.get('class_name') : undefined;
  if (!(meta instanceof Map) || meta.get('type') !== 'class' || typeof className !== 'string') {
    damaged(WHERE, { expected: 'the description of a persistent object', got: 'something else' });
  }
  const record = new PythonRecord(className);
  const state = meta.get('state');
  if (state instanceof Map) for (const [key, value] of state) record.attributes.set(key, value);
  else if (state !== null && state !== undefined) record.attributes.set('state', state);
  return record;
}
