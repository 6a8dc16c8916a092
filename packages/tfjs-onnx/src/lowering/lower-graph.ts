/**
 * Turns a recorded graph into an ONNX model: rewrites its calls, folds constants, lets each kernel's rule emit its nodes, and
 * puts these in order.
 */
import { InputError } from '@mfim/tensor-contracts';
import { blockGraph } from '../blocking/block-channels.ts';
import type { FactorRule, KernelRule } from '../kernels/kernel-rule.ts';
import { elementTypeOf } from '../onnx/element-type.ts';
import type { OnnxModel, OnnxPort } from '../onnx/model.ts';
import { dimensionName } from '../recording/dimension.ts';
import { UNLOCATED, locateError } from '../recording/locate-error.ts';
import type { VaryingAttributes } from '../recording/merge-recordings.ts';
import type { KernelCall, RecordedGraph, Value } from '../recording/recorded-graph.ts';
import { DEFAULT_CHOICES } from './choices.ts';
import type { Choices } from './choices.ts';
import { findConstants, foldConstants } from './fold-constants.ts';
import type { ParameterNames } from './fold-constants.ts';
import { GraphBuilder } from './graph-builder.ts';
import { Lowering } from './lowering.ts';
import { dropUnreadNodes } from './finishing/drop-unread-nodes.ts';
import type { Emitted } from './finishing/emitted.ts';
import { guardPads } from './finishing/guard-pads.ts';
import { joinMoves } from './finishing/join-moves.ts';
import { nameOutputs } from './finishing/name-outputs.ts';
import { shareEqualNodes } from './finishing/share-equal-nodes.ts';
import { passFactors } from './pass-factors.ts';
import { liveCalls } from './rewriting/live-calls.ts';
import { rewriteGraph } from './rewriting/rewrite-graph.ts';
import { RuntimeShapes } from './runtime-shapes.ts';
import type { BatchSource } from './runtime-shapes.ts';
import { identityOrder, permutationBetween, sameOrder } from './wire.ts';
import type { Wire } from './wire.ts';

/** What the export needs beside the graph. */
export interface LoweringOptions {
  readonly name: string;
  readonly weights: 'float32' | 'float16';
  readonly metadata: Readonly<Record<string, string>>;
  readonly parameterNames: ParameterNames;
  readonly rules: ReadonlyMap<string, KernelRule>;
  readonly varying: VaryingAttributes;
  /** For measurements; the defaults otherwise. */
  readonly choices?: Partial<Choices> | undefined;
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

/** Outputs of which the factor still has to be taken. */
function twinsOf(call: KernelCall, factor: number): readonly Value[] {
  return factor === 1 ? call.outputs : call.outputs.map((value) => ({ ...value }));
}

function bind(lowering: Lowering, value: Value, { name, order }: Wire): void {
  const identity = identityOrder(value.shape.length);
  if (lowering.choices.passes.has('keep axis orders') || sameOrder(order, identity)) lowering.bind(value, { name, order });
  else lowering.bind(value, { name: lowering.graph.emit('Transpose', [name], { perm: permutationBetween(order, identity) }), order: identity });
}

function emitCall(call: KernelCall, lowering: Lowering, { rules, varying }: LoweringOptions): void {
  const rule = rules.get(call.kernel);
  const [output] = call.outputs;
  checkAttributes(call, rule, varying);
  if (rule === undefined || output === undefined || lowering.uniformOf(output) !== undefined) return;
  const { inputs, factor } = lowering.choices.passes.has('pass factors') ? passFactors(call, factorsOf(rule, call), lowering) : { inputs: call.inputs, factor: 1 };
  const twins = twinsOf(call, factor);
  lowering.graph.enterScope(call.scope);
  const lowered = rule.lower({ inputs, attributes: call.attributes, call: { ...call, inputs, outputs: [...twins] }, output: twins[0] as Value }, lowering);
  const wires: readonly Wire[] = Array.isArray(lowered) ? lowered : [lowered as Wire];
  call.outputs.forEach((value, index) => {
    const [wire, twin] = [wires[index], twins[index] as Value];
    if (wire !== undefined) bind(lowering, twin, wire);
    if (twin !== value) lowering.deferScale(value, { base: twin, factor });
  });
}

function factorsOf({ factors }: KernelRule, { attributes }: KernelCall): FactorRule | undefined {
  return typeof factors === 'function' ? factors(attributes) : factors;
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

/** Nodes and constants of the finished graph. */
function finish(builder: GraphBuilder, outputs: ReadonlyMap<string, string>, passes: Choices['passes']): Pick<OnnxModel, 'nodes' | 'initializers'> {
  let emitted: Emitted = { nodes: guardPads(builder.nodes, builder), outputs };
  if (passes.has('join moves')) emitted = joinMoves(emitted);
  if (passes.has('share equal nodes')) emitted = shareEqualNodes(emitted);
  const named = { nodes: nameOutputs(emitted.nodes, emitted.outputs), initializers: builder.initializers };
  return passes.has('drop unread nodes') ? dropUnreadNodes(named, outputs.keys()) : named;
}

/** The model on channel blocks, where that is asked for and gains something. */
function inBlocks(model: OnnxModel, block: number): OnnxModel {
  const blocked = block === 0 ? undefined : blockGraph(model, block, true);
  return blocked === undefined ? model : { ...model, nodes: blocked.nodes, initializers: [...model.initializers, ...blocked.added] };
}

/** Writes the graph as a model. The calls of `recorded` are changed in place. */
export async function lowerGraph(recorded: RecordedGraph, options: LoweringOptions): Promise<OnnxModel> {
  const choices = { ...DEFAULT_CHOICES, ...options.choices };
  const graph = rewriteGraph(recorded, options.varying, choices);
  const constants = findConstants(graph, options.varying, choices.passes.has('fold constants'));
  const calls = liveCalls(graph, (value) => constants.has(value));
  const read = new Set([...calls.flatMap((call) => [...call.inputs.values()]), ...graph.outputs.values()]);
  const folded = await foldConstants([...read].filter((value) => constants.has(value)), options.parameterNames);
  const builder = new GraphBuilder(options.weights);
  const lowering = new Lowering({ graph: builder, shapes: new RuntimeShapes(builder, batchSourceOf(graph)), constants: folded, choices });
  for (const name of [...graph.inputs.keys(), ...graph.outputs.keys()]) builder.uniqueName(name);
  for (const [name, value] of graph.inputs) lowering.bind(value, { name, order: identityOrder(value.shape.length) });
  for (const call of calls) lowerCall(call, lowering, options);
  builder.enterScope([]);
  const outputs = new Map([...graph.outputs].map(([name, value]) => [name, lowering.wire(value)] as const));
  const model = {
    name: options.name,
    ...finish(builder, outputs, choices.passes),
    inputs: [...graph.inputs].map(([name, value]) => portOf(name, value)),
    outputs: [...graph.outputs].map(([name, value]) => portOf(name, value)),
    metadata: options.metadata,
  };
  return inBlocks(model, choices.channelBlock);
}
