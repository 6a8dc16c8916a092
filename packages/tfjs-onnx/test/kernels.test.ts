/**
 * Every kernel: the exported file, run by ONNX Runtime, against tfjs's CPU backend.
 */
import '@tensorflow/tfjs-backend-cpu';
import * as tf from '@tensorflow/tfjs-core';
import { describe, test } from 'vitest';
import { expectSame, numbers } from './run-onnx.ts';

type Case = readonly [name: string, shapes: readonly (readonly number[])[], fn: (...tensors: tf.Tensor[]) => tf.Tensor | tf.Tensor[]];

function positive(x: tf.Tensor): tf.Tensor {
  return tf.add(tf.abs(x), 0.5);
}

const image = [2, 5, 6, 3];

const elementwise: Case[] = [
  ['add', [[2, 3], [3]], (a, b) => tf.add(a, b)],
  ['sub', [[2, 3, 4], [3, 1]], (a, b) => tf.sub(a, b)],
  ['mul', [[4], [2, 1, 4]], (a, b) => tf.mul(a, b)],
  ['div', [[2, 3], [2, 1]], (a, b) => tf.div(a, positive(b))],
  ['maximum', [[2, 3], [3]], (a, b) => tf.maximum(a, b)],
  ['minimum', [[2, 3], [3]], (a, b) => tf.minimum(a, b)],
  ['pow', [[2, 3], [3]], (a, b) => tf.pow(positive(a), b)],
  ['mod', [[2, 3], [3]], (a, b) => tf.mod(a, positive(b))],
  ['squaredDifference', [[2, 3], [3]], (a, b) => tf.squaredDifference(a, b)],
  ['addN', [[2, 3], [2, 3], [2, 3]], (...all) => tf.addN(all)],
  ['unary without domain', [[3, 7]], (x) => ['neg', 'exp', 'abs', 'relu', 'relu6', 'sigmoid', 'tanh', 'softplus', 'elu', 'selu', 'erf', 'sin', 'cos', 'tan', 'sinh', 'cosh', 'asin', 'acos', 'atan', 'atanh', 'asinh', 'sign', 'floor', 'ceil', 'round', 'square', 'expm1', 'step'].map((name) => (tf as unknown as Record<string, (x: tf.Tensor) => tf.Tensor>)[name]?.(tf.mul(x, name.startsWith('a') ? 0.9 : 3 - Number(/^(asin|acos|atan)/.test(name)) * 2.1)) as tf.Tensor)],
  ['unary of positive', [[3, 7]], (x) => [tf.log, tf.sqrt, tf.rsqrt, tf.reciprocal, tf.log1p].map((f) => f(positive(x)))],
  ['acosh', [[3, 7]], (x) => tf.acosh(tf.add(positive(x), 1))],
  ['isNaN, isFinite, isInf', [[3, 7]], (x) => [tf.isNaN, tf.isFinite, tf.isInf].map((f) => tf.cast(f(tf.log(x)), 'float32'))],
  ['leakyRelu', [[3, 7]], (x) => tf.leakyRelu(x, 0.2)],
  ['prelu', [image, [3]], (x, slopes) => tf.prelu(x, slopes)],
  ['step with slope', [[3, 7]], (x) => tf.step(x, 0.3)],
  ['clipByValue', [[3, 7]], (x) => tf.clipByValue(x, -0.25, 0.5)],
  ['comparisons', [[3, 7], [7]], (a, b) => [tf.greater, tf.greaterEqual, tf.less, tf.lessEqual, tf.equal, tf.notEqual].map((f) => tf.cast(f(a, b), 'float32'))],
  ['logical', [[3, 7], [3, 7]], (a, b) => { const [p, q] = [tf.greater(a, 0), tf.greater(b, 0)]; return [tf.logicalAnd(p, q), tf.logicalOr(p, q), tf.logicalXor(p, q), tf.logicalNot(p)].map((t) => tf.cast(t, 'float32')); }],
  ['where', [[3, 7], [3, 7]], (a, b) => tf.where(tf.greater(a, b), a, b)],
  ['cast to int and floorDiv', [[3, 7]], (a) => tf.cast(tf.floorDiv(tf.cast(tf.mul(a, 50), 'int32'), tf.scalar(7, 'int32')), 'float32')],
];

const reductions: Case[] = [
  ['sum', [[2, 3, 4]], (x) => [tf.sum(x), tf.sum(x, 1), tf.sum(x, [0, 2], true)]],
  ['mean', [[2, 3, 4]], (x) => [tf.mean(x), tf.mean(x, 1), tf.mean(x, [0, 2], true)]],
  ['max', [[2, 3, 4]], (x) => [tf.max(x), tf.max(x, 1), tf.max(x, [0, 2], true)]],
  ['min', [[2, 3, 4]], (x) => [tf.min(x), tf.min(x, 1), tf.min(x, [0, 2], true)]],
  ['prod', [[2, 3, 4]], (x) => [tf.prod(x), tf.prod(x, 1)]],
  ['all, any', [[2, 3, 4]], (x) => [tf.cast(tf.all(tf.greater(x, -0.5), 1), 'float32'), tf.cast(tf.any(tf.greater(x, 0.5), 2), 'float32')]],
  ['argMax, argMin', [[2, 3, 4]], (x) => [tf.cast(tf.argMax(x, 1), 'float32'), tf.cast(tf.argMin(x, -1), 'float32')]],
  ['softmax', [[2, 3, 4]], (x) => [tf.softmax(x), tf.logSoftmax(x)]],
  ['moments and norms', [[2, 3, 4]], (x) => [tf.moments(x, [1]).variance, tf.norm(x), tf.logSumExp(x, 1)]],
];

const shapes: Case[] = [
  ['reshape', [[2, 3, 4]], (x) => [tf.reshape(x, [6, 4]), tf.reshape(x, [2, -1]), tf.reshape(x, [4, 3, 2])]],
  ['expandDims, squeeze', [[2, 3, 4]], (x) => tf.squeeze(tf.expandDims(tf.expandDims(x, 1), -1), [1])],
  ['transpose', [[2, 3, 4]], (x) => [tf.transpose(x, [2, 0, 1]), tf.transpose(x)]],
  ['reshape of transposed', [[2, 3, 4]], (x) => [tf.reshape(tf.transpose(x, [0, 2, 1]), [2, 2, 2, 3]), tf.reshape(tf.transpose(x, [0, 2, 1]), [8, 3]), tf.reshape(tf.transpose(x, [2, 1, 0]), [12, 2])]],
  ['slice', [[4, 5, 6]], (x) => [tf.slice(x, [1, 0, 2], [2, 5, 3]), tf.slice(x, [2], [-1])]],
  ['stridedSlice', [[4, 5, 6]], (x) => [tf.stridedSlice(x, [0, 1, 0], [4, 5, 6], [2, 2, 1]), tf.stridedSlice(x, [3, 4], [0, 0], [-1, -2]), tf.stridedSlice(x, [1, 0, 0], [2, 5, 6], [1, 1, 1], 0, 0, 0, 0, 1)]],
  ['reverse', [[4, 5, 6]], (x) => tf.reverse(x, [0, 2])],
  ['split', [[4, 6]], (x) => [...tf.split(x, 3, 1), ...tf.split(x, [1, 3], 0)]],
  ['unstack', [[3, 4]], (x) => tf.unstack(x, 1)],
  ['concat, stack', [[2, 3], [2, 3]], (a, b) => [tf.concat([a, b], 1), tf.stack([a, b], 1), tf.stack([a, b])]],
  ['pad', [[2, 3]], (x) => [tf.pad(x, [[1, 2], [0, 3]]), tf.pad(x, [[1, 0], [2, 1]], 0.7)]],
  ['mirrorPad', [image], (x) => [tf.mirrorPad(x, [[0, 0], [2, 3], [1, 4], [0, 0]], 'reflect'), tf.mirrorPad(x, [[0, 0], [2, 3], [5, 0], [0, 0]], 'symmetric')]],
  ['tile', [[2, 1, 3]], (x) => [tf.tile(x, [1, 4, 1]), tf.tile(x, [3, 2, 2])]],
  ['broadcastTo', [[2, 1, 3]], (x) => tf.broadcastTo(x, [4, 2, 5, 3])],
  ['gather', [[5, 4]], (x) => [tf.gather(x, tf.tensor1d([3, 0, 3], 'int32')), tf.gather(x, tf.tensor2d([[1, 2]], [1, 2], 'int32'), 1)]],
  ['oneHot', [[5]], (x) => tf.cast(tf.oneHot(tf.cast(tf.mul(tf.abs(x), 4), 'int32'), 4), 'float32')],
  ['cumsum', [[3, 4]], (x) => [tf.cumsum(x, 1), tf.cumsum(x, 0, true, true)]],
  ['topk', [[3, 6]], (x) => { const { values, indices } = tf.topk(x, 2); return [values, tf.cast(indices, 'float32')]; }],
  ['depthToSpace', [[2, 3, 4, 8]], (x) => tf.depthToSpace(x as tf.Tensor4D, 2)],
  ['fill, zerosLike, onesLike', [[2, 3]], (x) => [tf.add(tf.zerosLike(x), tf.onesLike(x)), tf.concat([x, tf.mul(tf.ones([2, 1]), 3)], 1), tf.mul(x, tf.range(0, 3))]],
];

const matrices: Case[] = [
  ['matMul', [[2, 3], [3, 4]], (a, b) => tf.matMul(a, b)],
  ['matMul transposed', [[3, 2], [4, 3]], (a, b) => tf.matMul(a, b, true, true)],
  ['batched matMul', [[2, 3, 4], [1, 5, 4]], (a, b) => tf.matMul(a, b, false, true)],
  ['fused matMul', [[2, 3], [3, 4], [4]], (a, b, bias) => tf.fused.matMul({ a: a as tf.Tensor2D, b: b as tf.Tensor2D, bias, activation: 'relu', transposeA: false, transposeB: false })],
  ['dot', [[3], [3]], (a, b) => tf.dot(a, b)],
  ['einsum', [[2, 3, 4], [2, 4, 5]], (a, b) => tf.einsum('bij,bjk->bik', a, b)],
];

const asImage = (x: tf.Tensor): tf.Tensor4D => x as tf.Tensor4D;

const images: Case[] = [
  ['conv2d same, valid, numeric', [image, [3, 3, 3, 4]], (x, w) => [tf.conv2d(asImage(x), asImage(w), 1, 'same'), tf.conv2d(asImage(x), asImage(w), 2, 'same'), tf.conv2d(asImage(x), asImage(w), [2, 1], 'valid'), tf.conv2d(asImage(x), asImage(w), 1, 2), tf.conv2d(asImage(x), asImage(w), 1, 'same', 'NHWC', 2), tf.conv2d(asImage(x), asImage(w), 1, [[0, 0], [1, 0], [0, 2], [0, 0]])]],
  ['conv2d rounding up', [[1, 6, 6, 2], [3, 3, 2, 2]], (x, w) => tf.conv2d(asImage(x), asImage(w), 2, 0, 'NHWC', 1, 'ceil')],
  ['depthwiseConv2d', [image, [3, 3, 3, 2]], (x, w) => [tf.depthwiseConv2d(asImage(x), asImage(w), 1, 'same'), tf.depthwiseConv2d(asImage(x), asImage(w), 2, 'valid')]],
  ['separableConv2d', [image, [3, 3, 3, 2], [1, 1, 6, 4]], (x, d, p) => tf.separableConv2d(asImage(x), asImage(d), asImage(p) as never, 1, 'same')],
  ['fused conv2d', [image, [3, 3, 3, 4], [4]], (x, filter, bias) => [(['relu', 'relu6', 'elu', 'sigmoid', 'linear'] as const).map((activation) => tf.fused.conv2d({ x: asImage(x), filter: asImage(filter), strides: 1, pad: 'same', bias, activation })), tf.fused.conv2d({ x: asImage(x), filter: asImage(filter), strides: 1, pad: 'same', bias, activation: 'leakyrelu', leakyreluAlpha: 0.1 }), tf.fused.conv2d({ x: asImage(x), filter: asImage(filter), strides: 1, pad: 'same', bias, activation: 'prelu', preluActivationWeights: tf.tensor1d([0.1, 0.2, 0.3, 0.4]) })].flat()],
  ['fused depthwiseConv2d', [image, [3, 3, 3, 1], [3]], (x, filter, bias) => tf.fused.depthwiseConv2d({ x: asImage(x), filter: asImage(filter), strides: 1, pad: 'same', bias, activation: 'relu6' })],
  ['conv2dTranspose', [[2, 4, 5, 3], [3, 3, 4, 3]], (x, w) => [tf.conv2dTranspose(asImage(x), asImage(w), [2, 9, 11, 4], 2, 'valid'), tf.conv2dTranspose(asImage(x), asImage(w), [2, 8, 10, 4], 2, 'same'), tf.conv2dTranspose(asImage(x), asImage(w), [2, 4, 5, 4], 1, 'same')]],
  ['conv1d', [[2, 8, 3], [3, 3, 4]], (x, w) => tf.conv1d(x as tf.Tensor3D, w as tf.Tensor3D, 1, 'same')],
  ['maxPool, avgPool', [image], (x) => [tf.maxPool(asImage(x), 3, 2, 'same'), tf.maxPool(asImage(x), 2, 2, 'valid'), tf.avgPool(asImage(x), 3, 2, 'same'), tf.avgPool(asImage(x), 2, 1, 'valid')]],
  ['maxPool rounding up', [[1, 8, 8, 2]], (x) => tf.maxPool(asImage(x), 3, 2, 0, 'ceil')],
  ['resizeBilinear', [image], (x) => [tf.image.resizeBilinear(asImage(x), [9, 4]), tf.image.resizeBilinear(asImage(x), [10, 11], true), tf.image.resizeBilinear(asImage(x), [10, 12], false, true), tf.image.resizeBilinear(asImage(x), [3, 2], false, true)]],
  ['resizeNearestNeighbor', [image], (x) => [tf.image.resizeNearestNeighbor(asImage(x), [10, 12]), tf.image.resizeNearestNeighbor(asImage(x), [8, 5], true), tf.image.resizeNearestNeighbor(asImage(x), [7, 13], false, true)]],
  ['batchNorm', [image, [3], [3], [3], [3]], (x, ...statistics) => { const [mean, variance, offset, scale] = statistics as tf.Tensor1D[] as [tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D]; const spread = positive(variance) as tf.Tensor1D; return [tf.batchNorm(x, mean, spread, offset, scale, 1e-3), tf.batchNorm(x, mean, spread)]; }],
  ['localResponseNormalization', [image], (x) => tf.localResponseNormalization(asImage(x), 1, 1, 0.5, 0.75)],
  ['flipLeftRight by reverse', [image], (x) => tf.reverse(x, 2)],
];

describe.each([
  ['item by item', elementwise],
  ['reductions', reductions],
  ['shapes', shapes],
  ['matrices', matrices],
  ['images', images],
])('%s', (_, cases) => {
  test.each(cases)('%s', async (name, inputShapes, fn) => {
    const names = inputShapes.map((__, index) => `in${index}`);
    const inputs = Object.fromEntries(names.map((input, index) => [input, numbers(inputShapes[index] ?? [], index + 1)]));
    await expectSame({ inputs, fn: (tensors) => fn(...names.map((input) => tensors[input] as tf.Tensor)) });
  });
});
