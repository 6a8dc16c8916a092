/**
 * A process of its own, since tfjs-node wants one: results of our kernels for TensorFlow, and of the same calls on the plain
 * JavaScript backend, as one line of JSON: [name, numbers on tensorflow, numbers on cpu][], or the refusal of the engine.
 */
import { biasedRelu, registerSecondOrderGradients, seededNormal } from '@mfim/nn';
import * as tf from '@tensorflow/tfjs-core';
import { openEngine } from '../src/engine/open-engine.ts';

const UNEVEN = [[0, 0], [2, 1], [0, 3], [0, 0]];
const IMAGE = [2, 6, 5, 3];

type Run = (x: tf.Tensor, other: tf.Tensor) => tf.Tensor;
const squares = (run: Run): Run => (x, other) => tf.grad((inner: tf.Tensor) => tf.sum(tf.square(run(inner, other))))(x);

const CASES: readonly [name: string, run: Run, other: readonly number[]][] = [
  ['gradient of relu', squares((x) => tf.relu(x)), [1]],
  ['gradient of relu6', squares((x) => tf.relu6(tf.mul(x, 5))), [1]],
  ['gradient of leaky relu', squares((x) => tf.leakyRelu(x, 0.3)), [1]],
  ['gradient of that', squares(squares((x) => tf.leakyRelu(x, 0.3))), [1]],
  ['relu with a bias', (x, bias) => biasedRelu(x, bias), [3]],
  ['its gradient', squares((x, bias) => biasedRelu(x, bias)), [3]],
  ['its gradient by the bias', (x, bias) => tf.grad((inner: tf.Tensor) => tf.sum(tf.square(biasedRelu(x, inner))))(bias), [3]],
  ['prelu', (x, slope) => tf.prelu(x, slope), [3]],
  ['prelu with steep and negative slopes', (x, slope) => tf.prelu(x, tf.mul(slope, 4)), [3]],
  ['gradient of prelu', squares((x, slope) => tf.prelu(x, slope)), [3]],
  ['sum over pixels', (x) => tf.sum(x, [0, 1, 2]), [1]],
  ['sum over pixels, axes kept', (x) => tf.sum(x, [0, 1, 2], true), [1]],
  ['sum over rows', (x) => tf.sum(x, [1]), [1]],
  ['sum of whole numbers', (x) => tf.sum(tf.cast(tf.mul(x, 10), 'int32'), [0, 1, 2]), [1]],
  ['depthwise gradient, uneven padding and stride', squares((x, filter) => tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 2, UNEVEN as never)), [4, 4, 3, 1]],
  ['depthwise gradient, same', squares((x, filter) => tf.depthwiseConv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 2, 'same')), [3, 3, 3, 2]],
  ['product of matrices', (x, other) => tf.matMul(tf.reshape(x, [-1, 3]) as tf.Tensor2D, other as tf.Tensor2D, false, true), [4, 3]],
  ['product of the first transposed', (x, other) => tf.matMul(tf.reshape(x, [6, 30]) as tf.Tensor2D, other as tf.Tensor2D, true), [6, 4]],
  ['products of a batch', (x, other) => tf.matMul(tf.reshape(x, [6, 5, 6]) as tf.Tensor3D, other as tf.Tensor3D), [6, 6, 2]],
  ['convolution gradient, uneven padding and stride', squares((x, filter) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 2, UNEVEN as never)), [4, 4, 3, 2]],
  ['convolution gradient, same', squares((x, filter) => tf.conv2d(x as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same')), [3, 3, 3, 2]],
  [
    'convolution gradient by the filter, uneven padding',
    (x, filter) => tf.grad((inner: tf.Tensor) => tf.sum(tf.square(tf.conv2d(x as tf.Tensor4D, inner as tf.Tensor4D, 2, UNEVEN as never))))(filter),
    [4, 4, 3, 2],
  ],
  [
    'gradient by a filter of single pixels',
    (x, filter) => tf.grad((inner: tf.Tensor) => tf.sum(tf.square(tf.conv2d(x as tf.Tensor4D, inner as tf.Tensor4D, 1, 'same'))))(filter),
    [1, 1, 3, 4],
  ],
  [
    'depthwise gradient by the filter, uneven padding',
    (x, filter) => tf.grad((inner: tf.Tensor) => tf.sum(tf.square(tf.depthwiseConv2d(x as tf.Tensor4D, inner as tf.Tensor4D, 1, UNEVEN as never))))(filter),
    [4, 4, 3, 1],
  ],
];

async function results(): Promise<number[][]> {
  return Promise.all(CASES.map(async ([, run, other], index) => {
    const normal = seededNormal(index);
    const tensor = (shape: readonly number[]): tf.Tensor => tf.tensor(normal(shape.reduce((product, size) => product * size, 1)), shape.slice());
    return [...(await run(tensor(IMAGE), tensor(other)).data())];
  }));
}

async function answer(): Promise<unknown> {
  await openEngine('tensorflow');
  registerSecondOrderGradients();
  const native = await results();
  await tf.setBackend('cpu');
  const plain = await results();
  return CASES.map(([name], index) => [name, native[index], plain[index]]);
}

const line = await answer().catch((refusal: unknown) => ({ refusal: String(refusal) }));
console.log(JSON.stringify(line));
