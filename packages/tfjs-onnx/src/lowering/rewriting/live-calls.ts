/**
 * The calls that the outputs of a graph need.
 */
import type { KernelCall, RecordedGraph, Value } from '../../recording/recorded-graph.ts';

/** Calls that lead to an output, in order; nothing is looked for behind values that `isKnown`. */
export function liveCalls(graph: RecordedGraph, isKnown: (value: Value) => boolean = () => false): KernelCall[] {
  const live = new Set<KernelCall>();
  const pending = [...graph.outputs.values()];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    const { source } = value;
    if (source.kind !== 'call' || isKnown(value) || live.has(source.call)) continue;
    live.add(source.call);
    pending.push(...source.call.inputs.values());
  }
  return graph.calls.filter((call) => live.has(call));
}
