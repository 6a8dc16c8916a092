/**
 * Lets convolutions add the bias that follows them.
 */
import type { KernelCall, Value } from '../../recording/recorded-graph.ts';
import type { CallGraph } from './call-graph.ts';

const FUSED: Readonly<Record<string, string>> = { Conv2D: 'FusedConv2D', DepthwiseConv2dNative: 'FusedDepthwiseConv2D' };

/** A vector with one item for each channel of `output`, looked for behind a reshape. */
function biasOf(graph: CallGraph, value: Value | undefined, output: Value): Value | undefined {
  const source = graph.producer(value, 'Reshape')?.inputs.get('x') ?? value;
  const channels = output.example.at(-1);
  const isLast = value?.example.every((size, axis) => axis === value.example.length - 1 || size === 1) ?? false;
  return isLast && source?.shape.length === 1 && source.shape[0] === channels ? source : undefined;
}

function fuse(graph: CallGraph, call: KernelCall, [convolved, added]: readonly [Value | undefined, Value | undefined]): boolean {
  const convolution = graph.producer(convolved, ...Object.keys(FUSED));
  const [output] = call.outputs;
  if (convolution === undefined || convolved === undefined || output === undefined || !graph.isReadOnce(convolved)) return false;
  const bias = biasOf(graph, added, output);
  const kernel = FUSED[convolution.kernel];
  if (bias === undefined || kernel === undefined || output.shape.length !== convolved.shape.length) return false;
  const inputs = new Map([...convolution.inputs, ['bias', bias] as const]);
  graph.rewrite(call, { kernel, inputs, attributes: { ...convolution.attributes, activation: 'linear' } });
  return true;
}

/** Fuses what can be fused. */
export function fuseBiases(graph: CallGraph): void {
  for (const call of graph.graph.calls) {
    if (call.kernel !== 'Add' || !graph.isFixed(call)) continue;
    const [a, b] = [call.inputs.get('a'), call.inputs.get('b')];
    if (!fuse(graph, call, [a, b])) fuse(graph, call, [b, a]);
  }
}
