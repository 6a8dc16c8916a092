/**
 * Sums, differences, products and quotients. Products with numbers are put off (see `passFactors`).
 */
import { alignOperands, cheapestOrder } from '../lowering/elementwise.ts';
import type { Lowering } from '../lowering/lowering.ts';
import { arrange } from '../lowering/wire.ts';
import type { Wire } from '../lowering/wire.ts';
import { sameShape } from '../recording/dimension.ts';
import type { Value } from '../recording/recorded-graph.ts';
import { binaryRule } from './binary-rule.ts';
import { linearIn, linearInAll } from './factor-rules.ts';
import { inputOf } from './kernel-rule.ts';
import type { KernelRule, LoweringCall } from './kernel-rule.ts';

type Pair = readonly [Value, Value];

function operandsOf(call: LoweringCall<unknown>): Pair {
  return [inputOf(call, 'a'), inputOf(call, 'b')];
}

/** The number that `factor` is everywhere, if `base` alone has the shape and type of the result. */
function constantFor(lowering: Lowering, [base, factor]: Pair, output: Value): number | undefined {
  if (!lowering.choices.passes.has('pass factors')) return undefined;
  const isWhole = output.dtype === 'float32' && sameShape(base.shape, output.shape) && !lowering.isFree(base);
  return isWhole ? lowering.uniformOf(factor) : undefined;
}

function plain(lowering: Lowering, operator: string, call: LoweringCall<unknown>): Wire {
  const operands = alignOperands(lowering, operandsOf(call), call.output);
  return { name: lowering.graph.emit(operator, operands.names), order: operands.order };
}

/** A product with a number that gives the result its shape: `base` everywhere, times the number. */
function spread(lowering: Lowering, [base, factor]: Pair, output: Value): Wire | undefined {
  const number = lowering.uniformOf(factor);
  const isSpread = number !== undefined && output.dtype === 'float32' && !lowering.isFree(base) && sameShape(factor.shape, output.shape) && !sameShape(base.shape, output.shape);
  if (!isSpread || !lowering.choices.passes.has('pass factors')) return undefined;
  const source = lowering.scaled(base, number);
  const order = cheapestOrder(lowering, [source], output.shape.length);
  const shape = lowering.shapes.vector(arrange(output.shape, order));
  return { name: lowering.graph.emit('Expand', [lowering.broadcastable(source, order), shape]), order };
}

const { infer } = binaryRule({ kernel: 'Multiply', emit: () => '' });

const multiply: KernelRule = {
  kernel: 'Multiply',
  factors: linearIn('a', 'b'),
  infer,
  lower(call, lowering) {
    const [a, b] = operandsOf(call);
    for (const [base, factor] of [[a, b], [b, a]] as const) {
      const constant = constantFor(lowering, [base, factor], call.output);
      if (constant === undefined) continue;
      lowering.deferScale(call.output, { base, factor: constant });
      return [];
    }
    return spread(lowering, [a, b], call.output) ?? spread(lowering, [b, a], call.output) ?? plain(lowering, 'Mul', call);
  },
};

const divide: KernelRule = {
  kernel: 'RealDiv',
  factors: linearIn('a'),
  infer,
  lower(call, lowering) {
    const [base, divisor] = operandsOf(call);
    const constant = constantFor(lowering, [base, divisor], call.output);
    if (constant === undefined || !Number.isFinite(1 / constant)) return plain(lowering, 'Div', call);
    lowering.deferScale(call.output, { base, factor: 1 / constant });
    return [];
  },
};

/** Adding nothing is no operation. */
function sumRule(kernel: string, operator: string): KernelRule {
  return {
    kernel,
    factors: linearInAll('a', 'b'),
    infer,
    lower(call, lowering) {
      const [a, b] = operandsOf(call);
      const pairs: readonly Pair[] = kernel === 'Add' ? [[a, b], [b, a]] : [[a, b]];
      const [kept] = pairs.find((pair) => constantFor(lowering, pair, call.output) === 0) ?? [];
      if (kept === undefined) return plain(lowering, operator, call);
      lowering.deferScale(call.output, { base: kept, factor: 1 });
      return [];
    },
  };
}

/** Sums, differences, products and quotients. */
export const scalingRules: readonly KernelRule<never>[] = [multiply, divide, sumRule('Add', 'Add'), sumRule('Sub', 'Sub')];
