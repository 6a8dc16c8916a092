/**
 * Kernels of one tensor that work item by item.
 */
import type { DataType } from '@tensorflow/tfjs-core';
import type { Lowering } from '../lowering/lowering.ts';
import { ELEMENT_TYPE, elementTypeOf } from '../onnx/element-type.ts';
import type { AttributeValue } from '../onnx/model.ts';
import { inputOf } from './kernel-rule.ts';
import type { KernelRule } from './kernel-rule.ts';

/** Emits the nodes of an item-by-item function of the tensor `x` and returns the last one's name. */
type Emit<Attributes> = (lowering: Lowering, x: string, attributes: Attributes) => string;

function unaryRule<Attributes>(kernel: string, emit: Emit<Attributes>, dtype?: DataType): KernelRule<Attributes> {
  return {
    kernel,
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
  'Abs Acos Acosh Asin Asinh Atan Atanh Ceil Cos Cosh Elu Erf Exp Floor Log Neg Reciprocal Relu Round Sigmoid Sign Sin Sinh Softplus Sqrt Tan Tanh';

const SELU_ALPHA = 1.7580993408473768 / 1.0507009873554805; // tfjs's SELU_SCALEALPHA / SELU_SCALE
const SELU_GAMMA = 1.0507009873554805;
const RELU6_LIMIT = 6;

const logical: readonly KernelRule<never>[] = [
  unaryRule('LogicalNot', node('Not'), 'bool'),
  unaryRule('IsNan', node('IsNaN'), 'bool'),
  unaryRule('IsInf', node('IsInf'), 'bool'),
  unaryRule(
    'IsFinite',
    ({ graph }, x) => graph.emit('Not', [graph.emit('Or', [graph.emit('IsNaN', [x]), graph.emit('IsInf', [x])])]),
    'bool',
  ),
];

const clipped: readonly KernelRule<never>[] = [
  unaryRule('Relu6', ({ graph }, x) => graph.emit('Clip', [x, graph.scalar(0), graph.scalar(RELU6_LIMIT)])),
  unaryRule<{ clipValueMin: number; clipValueMax: number }>('ClipByValue', ({ graph }, x, { clipValueMin, clipValueMax }) =>
    graph.emit('Clip', [x, graph.scalar(clipValueMin), graph.scalar(clipValueMax)]),
  ),
];

/** tfjs: 1 where x > 0, alpha elsewhere. */
const step = unaryRule<{ alpha?: number }>('Step', ({ graph }, x, { alpha = 0 }) => {
  const positive = graph.emit('Greater', [x, graph.scalar(0)]);
  return alpha === 0
    ? graph.emit('Cast', [positive], { to: ELEMENT_TYPE.float32 })
    : graph.emit('Where', [positive, graph.scalar(1), graph.scalar(alpha)]);
});

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
  ...logical,
  ...clipped,
  step,
  cast,
  unaryRule('Rsqrt', ({ graph }, x) => graph.emit('Reciprocal', [graph.emit('Sqrt', [x])])),
  unaryRule('Square', ({ graph }, x) => graph.emit('Mul', [x, x])),
  unaryRule('Expm1', ({ graph }, x) => graph.emit('Sub', [graph.emit('Exp', [x]), graph.scalar(1)])),
  unaryRule('Log1p', ({ graph }, x) => graph.emit('Log', [graph.emit('Add', [x, graph.scalar(1)])])),
  unaryRule('Selu', node('Selu', { alpha: { float: SELU_ALPHA }, gamma: { float: SELU_GAMMA } })),
  unaryRule<{ alpha: number }>('LeakyRelu', ({ graph }, x, { alpha }) => graph.emit('LeakyRelu', [x], { alpha: { float: alpha } })),
];
