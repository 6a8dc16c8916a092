/** Pickles that no format surrounds: NVIDIA's networks, dictionaries of NumPy arrays. */
import { damaged } from '../damaged.ts';
import type { LazyCheckpoint } from '../lazy-tensor.ts';
import { readLegacy } from '../pytorch/read-legacy.ts';
import type { Reading, Region } from '../reading/region.ts';
import { flattenPickle } from './flatten-pickle.ts';
import type { PickleBudget } from './opcode-stream.ts';
import { strictRules } from './strict-rules.ts';
import { unpickle } from './unpickle.ts';

function noStorage(): never {
  return damaged('readPickle', { expected: 'a pickle that is complete in itself', got: 'one that names storages outside', remedy: 'pass the whole .pt or .pth file' });
}

/**
 * The tensors and values of a pickle.
 *
 * @throws InputError on damage and on what is not on the allow-list.
 */
export function* readPickle(region: Region, budget: PickleBudget): Reading<LazyCheckpoint> {
  const rules = strictRules({ persistent: noStorage, embedded: (file) => readLegacy(file, { budget, depth: 1 }) });
  const { value } = yield* unpickle(region, 0, { rules, budget });
  return flattenPickle(value, region.size);
}
