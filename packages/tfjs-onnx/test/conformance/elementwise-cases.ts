/** Kernels that work item by item. */
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { asNumbers, broadcasting, kernelCase, oneInput, positive, runKernel, sameShapes, shapeOf, side } from './kernel-case.ts';
import type { GradientCheck, KernelCase, Sample } from './kernel-case.ts';

type Unary = (x: tf.Tensor) => tf.Tensor;
type Binary = (a: tf.Tensor, b: tf.Tensor) => tf.Tensor;

const WIDE = 3;
/** Keeps arc functions and their gradients away from their ends. */
const INSIDE = 0.9;

function unary(kernel: string, fn: Unary, gradient: GradientCheck = 'same'): KernelCase {
  return kernelCase(kernel, { samples: oneInput(), run: ([x]) => fn(x as tf.Tensor), gradient });
}

function binary(kernel: string, fn: Binary, gradient: GradientCheck = 'none'): KernelCase {
  return kernelCase(kernel, { samples: broadcasting, run: ([a, b]) => fn(a as tf.Tensor, b as tf.Tensor), gradient });
}

/** tfjs's gradients of these do not sum over broadcast axes. */
function binaryOfOneShape(kernel: string, fn: Binary): KernelCase[] {
  const run = ([a, b]: tf.Tensor[]): tf.Tensor => fn(a as tf.Tensor, b as tf.Tensor);
  return [binary(kernel, fn), kernelCase(kernel, { name: 'of one shape', samples: sameShapes(2), run, gradient: 'same' })];
}

const wide = (fn: Unary): Unary => (x) => fn(tf.mul(x, WIDE));
const inside = (fn: Unary): Unary => (x) => fn(tf.mul(x, INSIDE));
const beyondZero = (fn: Unary): Unary => (x) => fn(positive(x));
const truth = (fn: Unary): Unary => (x) => asNumbers(fn(tf.greater(x, 0)));
const spoiled = (fn: Unary): Unary => (x) => asNumbers(fn(tf.log(x)));

const unaries: readonly KernelCase[] = [
  unary('Abs', wide(tf.abs)), unary('Acos', inside(tf.acos)), unary('Acosh', (x) => tf.acosh(tf.add(positive(x), 1))),
  unary('Asin', inside(tf.asin)), unary('Asinh', tf.asinh), unary('Atan', tf.atan), unary('Atanh', inside(tf.atanh)),
  unary('Ceil', wide(tf.ceil)), unary('Cos', wide(tf.cos)), unary('Cosh', wide(tf.cosh)), unary('Elu', wide(tf.elu)),
  unary('Erf', wide(tf.erf)), unary('Exp', wide(tf.exp)), unary('Expm1', wide(tf.expm1)), unary('Floor', wide(tf.floor)),
  unary('Log', beyondZero(tf.log)), unary('Log1p', beyondZero(tf.log1p)), unary('Neg', tf.neg),
  unary('Reciprocal', beyondZero(tf.reciprocal)), unary('Relu', wide(tf.relu)), unary('Relu6', (x) => tf.relu6(tf.mul(x, 10))),
  unary('Round', wide(tf.round)), unary('Rsqrt', beyondZero(tf.rsqrt)), unary('Selu', wide(tf.selu)),
  unary('Sigmoid', wide(tf.sigmoid)), unary('Sign', tf.sign), unary('Sin', wide(tf.sin)), unary('Sinh', wide(tf.sinh)),
  unary('Softplus', wide(tf.softplus)), unary('Sqrt', beyondZero(tf.sqrt)), unary('Square', wide(tf.square)), unary('Tan', tf.tan),
  unary('Tanh', wide(tf.tanh)), unary('LogicalNot', truth(tf.logicalNot), 'none'), unary('IsNan', spoiled(tf.isNaN), 'none'),
  unary('IsInf', spoiled(tf.isInf), 'none'), unary('IsFinite', spoiled(tf.isFinite), 'none'),
];

/** One input, and a number. */
function withNumber(least: number, most: number): fc.Arbitrary<Sample<{ value: number }>> {
  const value = fc.integer({ min: least * 10, max: most * 10 }).map((tenths) => tenths / 10);
  return fc.record({ shapes: fc.tuple(shapeOf(1, 4)), attributes: fc.record({ value }) });
}

const withAttributes: readonly KernelCase[] = [
  kernelCase('LeakyRelu', { samples: withNumber(0, 1), run: ([x], { value }) => tf.leakyRelu(x as tf.Tensor, value), gradient: 'same' }),
  kernelCase('Step', { samples: withNumber(-2, 2), run: ([x], { value }) => tf.step(x as tf.Tensor, value), gradient: 'same' }),
  kernelCase('ClipByValue', { samples: withNumber(-1, 0), run: ([x], { value }) => tf.clipByValue(x as tf.Tensor, value, 0.5), gradient: 'same' }),
  kernelCase('Cast', {
    samples: fc.record({ shapes: fc.tuple(shapeOf(1, 4)), attributes: fc.constantFrom('int32' as const, 'bool' as const) }),
    run: ([x], dtype) => asNumbers(tf.cast(tf.mul(x as tf.Tensor, WIDE), dtype)),
  }),
];

const whole = (x: tf.Tensor): tf.Tensor => tf.cast(tf.mul(x, 50), 'int32');
const truths = (fn: Binary): Binary => (a, b) => asNumbers(fn(tf.greater(a, 0), tf.greater(b, 0)));
const compared = (fn: Binary): Binary => (a, b) => asNumbers(fn(tf.round(tf.mul(a, 2)), tf.round(tf.mul(b, 2))));

const binaries: readonly KernelCase[] = [
  binary('Add', tf.add, 'same'), binary('Sub', tf.sub, 'same'), binary('Multiply', tf.mul, 'same'),
  binary('RealDiv', (a, b) => tf.div(a, positive(b)), 'same'), ...binaryOfOneShape('Maximum', tf.maximum),
  ...binaryOfOneShape('Minimum', tf.minimum), ...binaryOfOneShape('SquaredDifference', tf.squaredDifference),
  binary('Pow', (a, b) => tf.pow(positive(a), b), 'same'), binary('Mod', (a, b) => tf.mod(a, positive(b))),
  binary('FloorDiv', (a, b) => asNumbers(tf.floorDiv(whole(a), tf.add(tf.abs(whole(b)), tf.scalar(1, 'int32'))))),
  binary('Equal', compared(tf.equal)), binary('NotEqual', compared(tf.notEqual)), binary('Greater', compared(tf.greater)),
  binary('GreaterEqual', compared(tf.greaterEqual)), binary('Less', compared(tf.less)), binary('LessEqual', compared(tf.lessEqual)),
  binary('LogicalAnd', truths(tf.logicalAnd)), binary('LogicalOr', truths(tf.logicalOr)),
];

const several: readonly KernelCase[] = [
  kernelCase('AddN', { samples: sameShapes(3), run: (all) => tf.addN(all), gradient: 'same' }),
  kernelCase('EluGrad', { samples: sameShapes(2), run: ([dy, y]) => runKernel('EluGrad', { dy: dy as tf.Tensor, y: y as tf.Tensor }, {}) }),
  kernelCase('Prelu', {
    samples: fc.tuple(shapeOf(1, 3), side).map(([outer, channels]) => ({ shapes: [[...outer, channels], [channels]], attributes: undefined })),
    run: ([x, slopes]) => tf.prelu(x as tf.Tensor, slopes as tf.Tensor),
    gradient: 'same',
  }),
  kernelCase('Select', {
    samples: sameShapes(3),
    run: ([condition, a, b]) => tf.where(tf.greater(condition as tf.Tensor, 0), a as tf.Tensor, b as tf.Tensor),
  }),
  kernelCase('Select', {
    name: 'with a condition that is constant',
    samples: sameShapes(2),
    run: ([a, b]) => tf.where(tf.greater(tf.cos(tf.range(0, a?.shape.at(-1) ?? 1)), 0), a as tf.Tensor, b as tf.Tensor),
    gradient: 'same',
  }),
];

/** Item by item. */
export const elementwiseCases: readonly KernelCase[] = [...unaries, ...withAttributes, ...binaries, ...several];
