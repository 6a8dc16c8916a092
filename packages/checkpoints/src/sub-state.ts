/** A part of a checkpoint, such as `g_ema` or `state_dict`. */
import { damaged } from './damaged.ts';

/**
 * The entries whose names start with `prefix.`, without it.
 *
 * @throws InputError when there is none; the message lists the first parts that exist.
 */
export function subState<Value>(state: ReadonlyMap<string, Value>, prefix: string): ReadonlyMap<string, Value> {
  const start = `${prefix}.`;
  const part = [...state].filter(([name]) => name.startsWith(start));
  if (part.length === 0) {
    const heads = [...new Set([...state.keys()].map((name) => name.split('.')[0]))].slice(0, 8).join(', ');
    damaged('subState', { expected: `names that start with ${start}`, got: heads, remedy: 'choose one of these parts' });
  }
  return new Map(part.map(([name, value]) => [name.slice(start.length), value]));
}
