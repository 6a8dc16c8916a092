/** The tensors of a file below a prefix, without it; an empty map where there are none. */
import type { DeferredTensor } from './import-kind.ts';

/** @param prefix with its dot, such as `g_ema.`; empty for all */
export function tensorsUnder<Value = DeferredTensor>(tensors: ReadonlyMap<string, Value>, prefix: string): ReadonlyMap<string, Value> {
  if (prefix === '') return tensors;
  return new Map([...tensors].filter(([name]) => name.startsWith(prefix)).map(([name, tensor]) => [name.slice(prefix.length), tensor]));
}
