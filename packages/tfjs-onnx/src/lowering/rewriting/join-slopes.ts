/**
 * The slope of a (leaky) ReLU, which tfjs computes as step(x) * (1 - a) + a, is one step with two values, and max(x * a, x) is
 * a leaky ReLU. Where the
 * activation's output is at hand its sign is asked instead of the input's: the input is then read once only, so that ONNX
 * Runtime can join it with the convolution before, and its memory is free for the backward pass.
 */
import type { KernelCall, Value } from '../../recording/recorded-graph.ts';
import { sameShape } from '../../recording/dimension.ts';
import { uniformNumber } from './call-graph.ts';
import type { CallGraph } from './call-graph.ts';

/** The step's value for positive numbers must come out as 1 to within float32. */
const TOLERANCE = 1e-6;

/** A call of two operands as (tensor, number). */
function withNumber(call: KernelCall | undefined): readonly [Value, number] | undefined {
  const [a, b] = [call?.inputs.get('a'), call?.inputs.get('b')];
  if (a === undefined || b === undefined) return undefined;
  const [first, second] = [uniformNumber(a), uniformNumber(b)];
  if (second !== undefined) return [a, second];
  return first === undefined ? undefined : [b, first];
}

/** step(x) * factor + offset. */
function joinSlope(graph: CallGraph, call: KernelCall): void {
  const [product, offset] = withNumber(call) ?? [];
  const [stepped, factor] = withNumber(graph.producer(product, 'Multiply')) ?? [];
  const step = graph.producer(stepped, 'Step');
  const x = step?.inputs.get('x');
  const [output] = call.outputs;
  if (step === undefined || x === undefined || output === undefined || factor === undefined || offset === undefined) return;
  if (Math.abs(factor + offset - 1) > TOLERANCE || !sameShape(x.shape, output.shape)) return;
  const alpha = Number(step.attributes['alpha'] ?? 0) * factor + offset;
  graph.rewrite(call, { kernel: 'Step', inputs: new Map([['x', x]]), attributes: { alpha } });
}

/** max(x * alpha, x), as graph models of TensorFlow write a leaky ReLU. */
function joinMaximum(graph: CallGraph, call: KernelCall): void {
  const [a, b] = [call.inputs.get('a'), call.inputs.get('b')];
  for (const [scaled, x] of [[a, b], [b, a]] as const) {
    const [base, alpha] = withNumber(graph.producer(scaled, 'Multiply')) ?? [];
    const isLeaky = x !== undefined && base === x && alpha !== undefined && alpha > 0 && alpha < 1 && sameShape(x.shape, call.outputs[0]?.shape ?? []);
    if (isLeaky) return graph.rewrite(call, { kernel: 'LeakyRelu', inputs: new Map([['x', x]]), attributes: { alpha } });
  }
}

/** Whether the output of the activation has the sign of its input, everywhere but at zero. */
function keepsSign({ kernel, attributes }: KernelCall): boolean {
  return kernel === 'LeakyRelu' ? Number(attributes['alpha']) > 0 : kernel === 'Relu';
}

/** Joins slopes, and lets steps look at activations that were computed before them. */
export function joinSlopes(graph: CallGraph): void {
  const activations = new Map<Value, Value>();
  for (const call of graph.graph.calls) {
    const [output] = call.outputs;
    if (!graph.isFixed(call) || output === undefined) continue;
    if (call.kernel === 'Add') joinSlope(graph, call);
    if (call.kernel === 'Maximum') joinMaximum(graph, call);
    const x = call.inputs.get('x');
    if (x !== undefined && keepsSign(call)) activations.set(x, output);
    const activation = x === undefined ? undefined : activations.get(x);
    if (call.kernel !== 'Step' || activation === undefined) continue;
    graph.rewrite(call, { kernel: 'Step', inputs: new Map([['x', activation]]), attributes: call.attributes });
  }
}
