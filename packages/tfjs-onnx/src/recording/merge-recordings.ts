/**
 * Compares the recordings of one function at two batch sizes. What is equal in both is static; shapes
 * that differ become linear in the batch size; anything else that differs cannot be exported.
 */
import { InputError } from '@mfim/tensor-contracts';
import { callSite } from './call-site.ts';
import { dimensionThrough } from './dimension.ts';
import type { BatchPair } from './dimension.ts';
import type { KernelCall, RecordedGraph, Value, ValueSource } from './recorded-graph.ts';
import { uniformData } from './uniform-data.ts';

function differentCourse(call: KernelCall | undefined): InputError {
  return new InputError({
    where: call === undefined ? 'traceToOnnx' : `traceToOnnx at ${callSite(call.site)}`,
    expected: 'a function that calls the same operations for every batch size',
    got: `another course for another batch size${call === undefined ? '' : ` from the tfjs kernel ${call.kernel} on`}`,
    remedy: "declare the batch axis with a number instead of 'batch', or remove the condition on it",
  });
}

function mergeSource(small: Value, large: Value, calls: ReadonlyMap<KernelCall, KernelCall>): ValueSource {
  const { source } = small;
  if (source.kind === 'call') {
    const call = calls.get(source.call);
    if (call === undefined) throw differentCourse(source.call);
    return { kind: 'call', call };
  }
  if (source.kind !== large.source.kind) throw differentCourse(undefined);
  if (source.kind !== 'data' || large.source.kind !== 'data') return source;
  const [first, second] = [source.data, large.source.data];
  if (first.length === second.length && first.every((item, index) => Object.is(item, second[index]))) return source;
  const value = uniformData(first);
  if (value !== undefined && value === uniformData(second)) return { kind: 'uniform', value };
  return { kind: 'varying', reason: 'numbers that depend on the batch size, or are random' };
}

function mergeCalls(small: RecordedGraph, large: RecordedGraph): Map<KernelCall, KernelCall> {
  const merged = new Map<KernelCall, KernelCall>();
  small.calls.forEach((call, index) => {
    if (call.kernel !== large.calls[index]?.kernel) throw differentCourse(call);
    merged.set(call, { ...call, inputs: new Map(), outputs: [] });
  });
  if (small.calls.length !== large.calls.length || small.values.length !== large.values.length) throw differentCourse(undefined);
  return merged;
}

function mergeValue(pair: readonly [Value, Value], batches: BatchPair, source: ValueSource): Value {
  const [small, large] = pair;
  if (small.example.length !== large.example.length) throw differentCourse(source.kind === 'call' ? source.call : undefined);
  const shape = small.example.map((size, axis) => dimensionThrough([size, large.example[axis] ?? size], batches));
  return { id: small.id, dtype: small.dtype, example: small.example, larger: large.example, shape, source };
}

/** Attributes that differ between the recordings, by call; the rule of the kernel decides whether that is allowed. */
export type VaryingAttributes = ReadonlyMap<KernelCall, readonly string[]>;

function varyingAttributes(small: KernelCall, large: KernelCall | undefined): string[] {
  return Object.keys(small.attributes).filter(
    (name) => JSON.stringify(small.attributes[name]) !== JSON.stringify(large?.attributes[name]),
  );
}

/** The graph that holds for every batch size. */
export function mergeRecordings(
  small: RecordedGraph,
  large: RecordedGraph,
  batches: BatchPair,
): { readonly graph: RecordedGraph; readonly varying: VaryingAttributes } {
  const calls = mergeCalls(small, large);
  const values = small.values.map((value, index) => {
    const other = large.values[index];
    if (other === undefined) throw differentCourse(undefined);
    return mergeValue([value, other], batches, mergeSource(value, other, calls));
  });
  const merged = (value: Value): Value => values[value.id] ?? value;
  for (const [call, target] of calls) {
    for (const [name, value] of call.inputs) (target.inputs as Map<string, Value>).set(name, merged(value));
    target.outputs.push(...call.outputs.map(merged));
  }
  const rename = (entries: ReadonlyMap<string, Value>) => new Map([...entries].map(([name, value]) => [name, merged(value)] as const));
  const varying = small.calls.map((call, index) => [calls.get(call) ?? call, varyingAttributes(call, large.calls[index])] as const);
  return {
    graph: { values, calls: [...calls.values()], inputs: rename(small.inputs), outputs: rename(small.outputs) },
    varying: new Map(varying.filter(([, names]) => names.length > 0)),
  };
}
