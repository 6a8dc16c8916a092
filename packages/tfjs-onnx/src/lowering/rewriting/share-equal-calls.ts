/**
 * Computes equal things once: calls of the same kernel with the same inputs and attributes, and small
 * constants with the same numbers. Gradients repeat much of the forward pass.
 */
import type { VaryingAttributes } from '../../recording/merge-recordings.ts';
import type { KernelCall, RecordedGraph, Value } from '../../recording/recorded-graph.ts';
import { Replacements } from './replacements.ts';

const SMALL = 64;

function leafKey(value: Value): string | undefined {
  const { source } = value;
  if (source.kind !== 'data' || source.data.length > SMALL) return undefined;
  return `${value.dtype} [${value.example.join()}] ${source.data.join()}`;
}

function callKey(call: KernelCall): string {
  const inputs = [...call.inputs].map(([name, value]) => `${name}:${value.id}`);
  return `${call.kernel} ${inputs.join()} ${JSON.stringify(call.attributes)}`;
}

/** Lets what reads equal values read one of them. */
export function shareEqualCalls(graph: RecordedGraph, varying: VaryingAttributes): RecordedGraph {
  const replacements = new Replacements();
  const firstOf = new Map<string, readonly Value[]>();
  const share = (key: string, values: readonly Value[]): void => {
    const first = firstOf.get(key);
    if (first === undefined) firstOf.set(key, values);
    else values.forEach((value, index) => replacements.replace(value, first[index] ?? value));
  };
  for (const value of graph.values) {
    const key = leafKey(value);
    if (key !== undefined) share(key, [value]);
  }
  for (const call of graph.calls) {
    replacements.rewire(call);
    if (!varying.has(call)) share(callKey(call), call.outputs);
  }
  return replacements.finish(graph);
}
