/**
 * The gradients of PReLU choose by the sign of x, item by item. As products with a slope they are as many passes over the image,
 * but ones for which ONNX Runtime's CPU provider has threads and vectors; it has neither for Where.
 */
import type { KernelCall, Value } from '../../recording/recorded-graph.ts';
import { sameShape } from '../../recording/dimension.ts';
import { uniformNumber } from './call-graph.ts';
import type { CallGraph } from './call-graph.ts';

/** What is chosen where x > 0, and elsewhere. */
interface Choice {
  readonly x: Value;
  readonly above: Value;
  readonly below: Value;
}

function choiceOf(graph: CallGraph, { inputs }: KernelCall): Choice | undefined {
  const comparison = graph.producer(inputs.get('condition'), 'Greater');
  const [x, limit] = [comparison?.inputs.get('a'), comparison?.inputs.get('b')];
  const [above, below] = [inputs.get('t'), inputs.get('e')];
  if (x === undefined || limit === undefined || above === undefined || below === undefined) return undefined;
  return uniformNumber(limit) === 0 && sameShape(x.shape, above.shape) ? { x, above, below } : undefined;
}

/** The other factor of a product with `value`. */
function otherFactor(graph: CallGraph, product: Value, value: Value): Value | undefined {
  const inputs = graph.producer(product, 'Multiply')?.inputs;
  const [a, b] = [inputs?.get('a'), inputs?.get('b')];
  if (a === value) return b;
  return b === value ? a : undefined;
}

const pair = (a: Value, b: Value): ReadonlyMap<string, Value> => new Map([['a', a], ['b', b]]);

/** dy where x > 0, elsewhere dy * alpha: dy * (step(x) * (1 - alpha) + alpha). */
function joinSlopeChoice(graph: CallGraph, call: KernelCall, { x, above, below }: Choice): boolean {
  const alpha = otherFactor(graph, below, above);
  if (alpha === undefined || alpha.dtype !== 'float32') return false;
  const step = graph.insert(call, { kernel: 'Step', inputs: new Map([['x', x]]), attributes: { alpha: 0 } }, x);
  const rest = graph.insert(call, { kernel: 'Sub', inputs: pair(graph.number(1), alpha), attributes: {} }, alpha);
  const scaled = graph.insert(call, { kernel: 'Multiply', inputs: pair(step, rest), attributes: {} }, x);
  const slope = graph.insert(call, { kernel: 'Add', inputs: pair(scaled, alpha), attributes: {} }, x);
  graph.rewrite(call, { kernel: 'Multiply', inputs: pair(above, slope), attributes: {} });
  return true;
}

function isZero({ source }: Value): boolean {
  return source.kind === 'call' ? source.call.kernel === 'ZerosLike' : uniformNumber({ source } as Value) === 0;
}

/** Nothing where x > 0, elsewhere dy * x: dy * min(x, 0). */
function joinNegativePart(graph: CallGraph, call: KernelCall, { x, above, below }: Choice): boolean {
  const dy = isZero(above) ? otherFactor(graph, below, x) : undefined;
  if (dy === undefined || !sameShape(dy.shape, x.shape)) return false;
  const negative = graph.insert(call, { kernel: 'Minimum', inputs: pair(x, graph.number(0)), attributes: {} }, x);
  graph.rewrite(call, { kernel: 'Multiply', inputs: pair(dy, negative), attributes: {} });
  return true;
}

/** Joins the choices that are gradients of PReLU. */
export function joinChoices(graph: CallGraph): void {
  for (const call of graph.graph.calls) {
    const choice = call.kernel === 'Select' && graph.isFixed(call) ? choiceOf(graph, call) : undefined;
    if (choice !== undefined && !joinSlopeChoice(graph, call, choice)) joinNegativePart(graph, call, choice);
  }
}
