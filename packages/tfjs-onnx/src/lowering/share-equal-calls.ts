/**
 * Computes equal things once: calls of the same kernel with the same inputs and attributes, and small
 * constants with the same numbers. Gradients repeat much of the forward pass.
 */
import type { KernelCall, RecordedGraph, Value } from '../recording/recorded-graph.ts';

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

/** Rewrites the inputs of all calls, and the outputs of the graph, in place of equal values. */
export function shareEqualCalls(graph: RecordedGraph, isVarying: (call: KernelCall) => boolean): RecordedGraph {
  const replacement = new Map<Value, Value>();
  const firstOf = new Map<string, readonly Value[]>();
  const share = (key: string, values: readonly Value[]): void => {
    const first = firstOf.get(key);
    if (first === undefined) firstOf.set(key, values);
    else values.forEach((value, index) => replacement.set(value, first[index] ?? value));
  };
  const resolve = (value: Value): Value => replacement.get(value) ?? value;
  for (const value of graph.values) {
    const key = leafKey(value);
    if (key !== undefined) share(key, [value]);
  }
  for (const call of graph.calls) {
    for (const [name, value] of call.inputs) (call.inputs as Map<string, Value>).set(name, resolve(value));
    if (!isVarying(call)) share(callKey(call), call.outputs);
  }
  return { ...graph, outputs: new Map([...graph.outputs].map(([name, value]) => [name, resolve(value)] as const)) };
}
