/**
 * Finds the values that depend on constants only and computes those that the graph reads, on the tfjs
 * backend that was active before the trace. Their inputs are not stored unless something else reads them.
 */
import type { DataId, TypedArray } from '@tensorflow/tfjs-core';
import { dispose, tidy } from '@tensorflow/tfjs-core';
import { isStatic } from '../recording/dimension.ts';
import type { VaryingAttributes } from '../recording/merge-recordings.ts';
import { Evaluator } from '../recording/evaluator.ts';
import type { RecordedGraph, Value } from '../recording/recorded-graph.ts';
import type { FoldedConstant } from './lowering.ts';
import { typedFor } from './typed-for.ts';
import { arrange, identityOrder } from './wire.ts';

/** Names of parameters by their data. */
export type ParameterNames = ReadonlyMap<DataId, string>;

function isConstant(value: Value, known: ReadonlySet<Value>, varying: VaryingAttributes): boolean {
  const { source } = value;
  if (!isStatic(value.shape)) return false;
  if (source.kind !== 'call') return source.kind === 'parameter' || source.kind === 'data';
  return !varying.has(source.call) && [...source.call.inputs.values()].every((input) => known.has(input));
}

/** All values that depend on constants only; without `computed`, those that were constants from the start. */
export function findConstants(graph: RecordedGraph, varying: VaryingAttributes, computed = true): ReadonlySet<Value> {
  const known = new Set<Value>();
  for (const value of graph.values) {
    const isKept = computed || value.source.kind !== 'call' || value.source.call.inputs.size === 0;
    if (isKept && isConstant(value, known, varying)) known.add(value);
  }
  return known;
}

function parametersOf(value: Value, found = new Set<Value>()): Set<Value> {
  const { source } = value;
  if (source.kind === 'parameter') found.add(value);
  if (source.kind === 'call') for (const input of source.call.inputs.values()) parametersOf(input, found);
  return found;
}

/** Readable name of a constant: that of the weight it is, or of the (first) weight it was computed from. */
function constantName(value: Value, names: ParameterNames): string {
  const { source } = value;
  if (source.kind === 'data') return `constant_${value.id}`;
  for (const parameter of parametersOf(value)) {
    const name = parameter.source.kind === 'parameter' ? names.get(parameter.source.tensor.dataId) : undefined;
    if (name !== undefined) return source.kind === 'call' ? `${name}/${source.call.kernel}` : name;
  }
  return source.kind === 'call' ? [...source.call.scope, `${source.call.kernel}_${value.id}`].join('/') : `parameter_${value.id}`;
}

/** A constant as a transpose of another: axis i of the one is axis `axes[i]` of the other. */
interface TransposedView {
  readonly base: Value;
  readonly axes: readonly number[];
}

function viewOf(value: Value): TransposedView {
  const { source } = value;
  const input = source.kind === 'call' && source.call.kernel === 'Transpose' ? source.call.inputs.get('x') : undefined;
  if (input === undefined || source.kind !== 'call') return { base: value, axes: identityOrder(value.shape.length) };
  const { base, axes } = viewOf(input);
  return { base, axes: arrange(axes, source.call.attributes['perm'] as number[]) };
}

async function readData(values: readonly Value[]): Promise<Map<Value, TypedArray>> {
  const evaluator = new Evaluator();
  const tensors = tidy(() => values.map((value) => (value.source.kind === 'data' ? undefined : evaluator.tensorOf(value))));
  const data = new Map<Value, TypedArray>();
  for (const [index, value] of values.entries()) {
    const raw = value.source.kind === 'data' ? value.source.data : ((await tensors[index]?.data()) as TypedArray);
    data.set(value, typedFor(value.dtype, raw));
  }
  const computed = tensors.filter((_, index) => values[index]?.source.kind === 'call');
  dispose(computed.filter((tensor) => tensor !== undefined));
  return data;
}

/** Computes `values`, which must be constant. */
export async function foldConstants(values: readonly Value[], names: ParameterNames): Promise<Map<Value, FoldedConstant>> {
  const views = values.map((value) => viewOf(value));
  const data = await readData([...new Set(views.map(({ base }) => base))]);
  const folded = views.map(({ base, axes }): FoldedConstant => ({
    name: constantName(base, names),
    data: data.get(base) ?? new Float32Array(),
    shape: base.example,
    axes,
  }));
  return new Map(values.map((value, index) => [value, folded[index] as FoldedConstant] as const));
}
