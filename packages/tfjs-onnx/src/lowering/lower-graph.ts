/**
 * Turns a recorded graph into an ONNX model: drops what no output needs, folds constants, and lets each
 * kernel's rule emit its nodes.
 */
import { InputError } from '@mfim/tensor-contracts';
import type { KernelRule } from '../kernels/kernel-rule.ts';
import { elementTypeOf } from '../onnx/element-type.ts';
import type { OnnxModel, OnnxPort } from '../onnx/model.ts';
import { dimensionName } from '../recording/dimension.ts';
import { UNLOCATED, locateError } from '../recording/locate-error.ts';
import type { VaryingAttributes } from '../recording/merge-recordings.ts';
import type { KernelCall, RecordedGraph, Value } from '../recording/recorded-graph.ts';
import { findConstants, foldConstants } from './fold-constants.ts';
import type { ParameterNames } from './fold-constants.ts';
import { GraphBuilder } from './graph-builder.ts';
import { Lowering } from './lowering.ts';
import { nameOutputs } from './name-outputs.ts';
import { RuntimeShapes } from './runtime-shapes.ts';
import type { BatchSource } from './runtime-shapes.ts';
import { identityOrder } from './wire.ts';
import type { Wire } from './wire.ts';

/** What the export needs beside the graph. */
export interface LoweringOptions {
  readonly name: string;
  readonly weights: 'float32' | 'float16';
  readonly metadata: Readonly<Record<string, string>>;
  readonly parameterNames: ParameterNames;
  readonly rules: ReadonlyMap<string, KernelRule>;
  readonly varying: VaryingAttributes;
}

function liveCalls(graph: RecordedGraph, constants: ReadonlySet<Value>): KernelCall[] {
  const live = new Set<KernelCall>();
  const pending = [...graph.outputs.values()];
  for (let value = pending.pop(); value !== undefined; value = pending.pop()) {
    const { source } = value;
    if (source.kind !== 'call' || constants.has(value) || live.has(source.call)) continue;
    live.add(source.call);
    pending.push(...source.call.inputs.values());
  }
  return graph.calls.filter((call) => live.has(call));
}

function batchSourceOf(graph: RecordedGraph): BatchSource | undefined {
  for (const [input, value] of graph.inputs) {
    const axis = value.shape.findIndex((dimension) => typeof dimension !== 'number');
    if (axis >= 0) return { input, axis };
  }
  return undefined;
}

function checkAttributes(call: KernelCall, rule: KernelRule | undefined, varying: VaryingAttributes): void {
  const refused = varying.get(call)?.find((name) => !(rule?.sizeAttributes ?? []).includes(name));
  if (refused === undefined) return;
  throw new InputError({
    where: UNLOCATED,
    expected: `a ${call.kernel} whose ${refused} does not depend on the batch size`,
    got: 'one that does',
    remedy: "declare the batch axis with a number instead of 'batch', or rewrite the operation",
  });
}

function emitCall(call: KernelCall, lowering: Lowering, { rules, varying }: LoweringOptions): void {
  const rule = rules.get(call.kernel);
  const [output] = call.outputs;
  checkAttributes(call, rule, varying);
  if (rule === undefined || output === undefined || lowering.uniformOf(output) !== undefined) return;
  lowering.graph.enterScope(call.scope);
  const lowered = rule.lower({ inputs: call.inputs, attributes: call.attributes, call, output }, lowering);
  const wires: readonly Wire[] = Array.isArray(lowered) ? lowered : [lowered as Wire];
  call.outputs.forEach((value, index) => {
    const wire = wires[index];
    if (wire !== undefined) lowering.bind(value, wire);
  });
}

function lowerCall(call: KernelCall, lowering: Lowering, options: LoweringOptions): void {
  try {
    emitCall(call, lowering, options);
  } catch (error) {
    throw locateError(error, call.site);
  }
}

function portOf(name: string, value: Value): OnnxPort {
  return { name, type: elementTypeOf(value.dtype), shape: value.shape.map(dimensionName) };
}

/** Writes the graph as a model. */
export async function lowerGraph(graph: RecordedGraph, options: LoweringOptions): Promise<OnnxModel> {
  const constants = findConstants(graph, options.varying);
  const calls = liveCalls(graph, constants);
  const read = new Set([...calls.flatMap((call) => [...call.inputs.values()]), ...graph.outputs.values()]);
  const folded = await foldConstants([...read].filter((value) => constants.has(value)), options.parameterNames);
  const builder = new GraphBuilder(options.weights);
  const lowering = new Lowering(builder, new RuntimeShapes(builder, batchSourceOf(graph)), folded);
  for (const name of [...graph.inputs.keys(), ...graph.outputs.keys()]) builder.uniqueName(name);
  for (const [name, value] of graph.inputs) lowering.bind(value, { name, order: identityOrder(value.shape.length) });
  for (const call of calls) lowerCall(call, lowering, options);
  builder.enterScope([]);
  const outputs = new Map([...graph.outputs].map(([name, value]) => [name, lowering.wire(value)] as const));
  return {
    name: options.name,
    nodes: nameOutputs(builder.nodes, outputs),
    initializers: builder.initializers,
    inputs: [...graph.inputs].map(([name, value]) => portOf(name, value)),
    outputs: [...graph.outputs].map(([name, value]) => portOf(name, value)),
    metadata: options.metadata,
  };
}
