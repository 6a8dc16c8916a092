/**
 * Kernels of one tensor that work item by item.
 */
import type { DataType } from '@tensorflow/tfjs-core';
import type { Lowering } from '../lowering/lowering.ts';
import { ELEMENT_TYPE, elementTypeOf } from '../onnx/element-type.ts';
import type { AttributeValue } from '../onnx/model.ts';
import { SIGN_ONLY, SQUARED, positivelyLinearIn } from './factor-rules.ts';
import { inputOf } from './kernel-rule.ts';
import type { FactorRule, KernelRule } from './kernel-rule.ts';

/** Emits the nodes of an item-by-item function of the tensor `x` and returns the last one's name. */
type Emit<Attributes> = (lowering: Lowering, x: string, attributes: Attributes) => string;

interface UnaryOptions {
  readonly dtype?: DataType;
  readonly factors?: FactorRule;
}

function unaryRule<Attributes>(kernel: string, emit: Emit<Attributes>, { dtype, factors }: UnaryOptions = {}): KernelRule<Attributes> {
  return {
    kernel,
    ...(factors === undefined ? {} : { factors }),
    infer: (call) => ({ shape: inputOf(call, 'x').shape, dtype: dtype ?? inputOf(call, 'x').dtype }),
    lower(call, lowering) {
      const x = inputOf(call, 'x');
      const order = lowering.orderOf(x);
      return { name: emit(lowering, lowering.wire(x, order), call.attributes), order };
    },
  };
}

function node(operator: string, attributes?: Readonly<Record<string, AttributeValue>>): Emit<unknown> {
  return ({ graph }, x) => graph.emit(operator, [x], attributes);
}

const SAME_NAME =
  'Acos Acosh Asin Asinh Atan Atanh Ceil Cos Cosh Elu Erf Exp Floor Log Neg Reciprocal Round Sigmoid Sin Sinh Softplus Sqrt Tan Tanh';

const SELU_ALPHA = 1.7580993408473768 / 1.0507009873554805; // tfjs's SELU_SCALEALPHA / SELU_SCALE
const SELU_GAMMA = 1.0507009873554805;
const RELU6_LIMIT = 6;

const logical: readonly KernelRule<never>[] = [
  unaryRule('LogicalNot', node('Not'), { dtype: 'bool' }),
  unaryRule('IsNan', node('IsNaN'), { dtype: 'bool' }),
  unaryRule('IsInf', node('IsInf'), { dtype: 'bool' }),
  unaryRule(
    'IsFinite',
    ({ graph }, x) => graph.emit('Not', [graph.emit('Or', [graph.emit('IsNaN', [x]), graph.emit('IsInf', [x])])]),
    { dtype: 'bool' },
  ),
];

const clipped: readonly KernelRule<never>[] = [
  unaryRule('Relu6', ({ graph }, x) => graph.emit('Clip', [x, graph.scalar(0), graph.scalar(RELU6_LIMIT)])),
  unaryRule<{ clipValueMin: number; clipValueMax: number }>('ClipByValue', ({ graph }, x, { clipValueMin, clipValueMax }) =>
    graph.emit('Clip', [x, graph.scalar(clipValueMin), graph.scalar(clipValueMax)]),
  ),
];

/** Larger than 1 over the smallest normal number: its product with a positive number is 1 or more. */
const STEEP = 1e38;

function stepByComparison({ graph }: Lowering, x: string, alpha: number): string {
  const positive = graph.emit('Greater', [x, graph.scalar(0)]);
  return alpha === 0
    ? graph.emit('Cast', [positive], { to: ELEMENT_TYPE.float32 })
    : graph.emit('Where', [positive, graph.scalar(1), graph.scalar(alpha)]);
}

/** tfjs: 1 where x > 0, alpha elsewhere. */
const step = unaryRule<{ alpha?: number }>(
  'Step',
  (lowering, x, { alpha = 0 }) => {
    const { graph, choices } = lowering;
    // Clipped values are right for these only.
    if (choices.step === 'comparison' || alpha < 0 || alpha > 1) return stepByComparison(lowering, x, alpha);
    if (choices.step === 'clip' && alpha > 0) return graph.emit('Clip', [graph.emit('Mul', [x, graph.scalar(STEEP)]), graph.scalar(alpha), graph.scalar(1)]);
    const zeroOrOne = graph.emit('HardSigmoid', [x], { alpha: { float: STEEP }, beta: { float: 0 } });
    return alpha === 0 ? zeroOrOne : graph.emit('Max', [zeroOrOne, graph.scalar(alpha)]);
  },
  { factors: SIGN_ONLY },
);

const cast: KernelRule<{ dtype: DataType }> = {
  kernel: 'Cast',
  infer: (call) => ({ shape: inputOf(call, 'x').shape, dtype: call.attributes.dtype }),
  lower(call, lowering) {
    const x = inputOf(call, 'x');
    const order = lowering.orderOf(x);
    const name = lowering.wire(x, order);
    if (x.dtype === call.attributes.dtype) return { name, order };
    return { name: lowering.graph.emit('Cast', [name], { to: ELEMENT_TYPE[elementTypeOf(call.attributes.dtype)] }), order };
  },
};

/** Kernels of one tensor, item by item. */
export const unaryRules: readonly KernelRule<never>[] = [
  ...SAME_NAME.split(' ').map((name) => unaryRule(name, node(name))),
  unaryRule('Abs', node('Abs'), { factors: positivelyLinearIn('x') }),
  unaryRule('Relu', node('Relu'), { factors: positivelyLinearIn('x') }),
  unaryRule('Sign', node('Sign'), { factors: SIGN_ONLY }),
  ...logical,
  ...clipped,
  step,
  cast,
  unaryRule('Rsqrt', ({ graph }, x) => graph.emit('Reciprocal', [graph.emit('Sqrt', [x])])),
  unaryRule('Square', ({ graph }, x) => graph.emit('Mul', [x, x]), { factors: SQUARED }),
  unaryRule('Expm1', ({ graph }, x) => graph.emit('Sub', [graph.emit('Exp', [x]), graph.scalar(1)])),
  unaryRule('Log1p', ({ graph }, x) => graph.emit('Log', [graph.emit('Add', [x, graph.scalar(1)])])),
  unaryRule('Selu', node('Selu', { alpha: { float: SELU_ALPHA }, gamma: { float: SELU_GAMMA } })),
  unaryRule<{ alpha: number }>('LeakyRelu', ({ graph }, x, { alpha }) => graph.emit('LeakyRelu', [x], { alpha: { float: alpha } }), {
    factors: positivelyLinearIn('x'),
  }),
];
