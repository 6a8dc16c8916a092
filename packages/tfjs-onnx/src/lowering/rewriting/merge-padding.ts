/**
 * Lets convolutions pad by themselves: zeros around their input, and in the input gradient the slice that cuts the
 * zeros' part away. ONNX Runtime does the first for constant filters; nobody does the second.
 */
import type { KernelCall, Value } from '../../recording/recorded-graph.ts';
import type { CallGraph } from './call-graph.ts';

const FORWARD = ['Conv2D', 'FusedConv2D', 'DepthwiseConv2dNative', 'FusedDepthwiseConv2D'];
const FILTER_GRADIENTS = ['Conv2DBackpropFilter', 'DepthwiseConv2dNativeBackpropFilter'];
const INPUT_GRADIENTS = ['Conv2DBackpropInput', 'DepthwiseConv2dNativeBackpropInput'];

type Side = readonly [before: number, after: number];
/** Pixels above and below, left and right. */
type Border = readonly [rows: Side, columns: Side];

const NONE: Border = [[0, 0], [0, 0]];

/** The padding of a convolution in pixels, unless it depends on the input's size ('same'). */
function paddingOf({ attributes }: KernelCall): Border | undefined {
  const { pad } = attributes;
  if (pad === 'valid') return NONE;
  if (typeof pad === 'number') return [[pad, pad], [pad, pad]];
  return Array.isArray(pad) ? ([pad[1], pad[2]] as unknown as Border) : undefined;
}

function sum(first: Border, second: Border): Border {
  return [0, 1].map((axis) => [0, 1].map((end) => (first[axis]?.[end] ?? 0) + (second[axis]?.[end] ?? 0))) as unknown as Border;
}

function padAttribute([rows, columns]: Border): readonly Side[] {
  return [[0, 0], rows, columns, [0, 0]];
}

/** The border of zeros that a PadV2 puts around images. */
function borderOf(call: KernelCall | undefined): Border | undefined {
  const paddings = call?.attributes['paddings'] as readonly Side[] | undefined;
  if (paddings?.length !== 4 || (call?.attributes['constantValue'] ?? 0) !== 0) return undefined;
  const [batch, rows, columns, channels] = paddings as readonly [Side, Side, Side, Side];
  return [...batch, ...channels].every((size) => size === 0) ? [rows, columns] : undefined;
}

/** The border that a Slice cuts from images. */
function cutBorderOf(call: KernelCall, input: Value): Border | undefined {
  const begin = [call.attributes['begin']].flat() as number[];
  const output = call.outputs[0]?.example ?? [];
  const side = (axis: number): Side => [begin[axis] ?? 0, (input.example[axis] ?? 0) - (output[axis] ?? 0) - (begin[axis] ?? 0)];
  if (output.length !== 4 || [0, 3].some((axis) => side(axis).some((size) => size !== 0))) return undefined;
  return [side(1), side(2)];
}

function mergePad(graph: CallGraph, call: KernelCall): void {
  const x = call.inputs.get('x');
  const pad = graph.producer(x, 'PadV2');
  const [border, padding] = [borderOf(pad), paddingOf(call)];
  const source = pad?.inputs.get('x');
  if (source === undefined || border === undefined || padding === undefined) return;
  const inputs = new Map([...call.inputs].map(([name, value]) => [name, name === 'x' ? source : value] as const));
  graph.rewrite(call, { kernel: call.kernel, inputs, attributes: { ...call.attributes, pad: padAttribute(sum(padding, border)) } });
}

function mergeCut(graph: CallGraph, call: KernelCall): void {
  const x = call.inputs.get('x');
  const gradient = graph.producer(x, ...INPUT_GRADIENTS);
  if (x === undefined || gradient === undefined || !graph.isReadOnce(x)) return;
  const [border, padding] = [cutBorderOf(call, x), paddingOf(gradient)];
  if (border === undefined || padding === undefined) return;
  const inputShape = call.outputs[0]?.example;
  const { kernel, inputs, attributes } = gradient;
  graph.rewrite(call, { kernel, inputs: new Map(inputs), attributes: { ...attributes, inputShape, pad: padAttribute(sum(padding, border)) } });
}

/** Merges what can be merged. */
export function mergePadding(graph: CallGraph): void {
  for (const call of graph.graph.calls) {
    if (!graph.isFixed(call)) continue;
    if (call.kernel === 'Slice') mergeCut(graph, call);
    else if (FORWARD.includes(call.kernel) || FILTER_GRADIENTS.includes(call.kernel)) mergePad(graph, call);
  }
}
