/** Convolutions, pooling, resizing, normalisation, and their gradients as kernels of their own. */
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { kernelCase, positive, runKernel, shapeOf, side } from './kernel-case.ts';
import type { KernelCase, Sample } from './kernel-case.ts';

const asImage = (x: tf.Tensor | undefined): tf.Tensor4D => x as tf.Tensor4D;

/** How a window moves. */
interface Move {
  readonly strides: [number, number];
  readonly pad: 'same' | 'valid' | number;
  readonly dilations: [number, number];
}

interface Windowed {
  readonly image: readonly [number, number, number, number];
  readonly kernel: readonly [number, number];
  readonly move: Move;
}

/** Enough for the widest window, dilated. */
const pixels = fc.integer({ min: 5, max: 7 });
const windowSide = fc.integer({ min: 1, max: 3 });

/** An image, a window that fits in it, and a move that tfjs allows: strides or dilations, not both. */
const windowed: fc.Arbitrary<Windowed> = fc
  .noBias(
    fc.record({
      image: fc.tuple(fc.integer({ min: 1, max: 2 }), pixels, pixels, side),
      kernel: fc.tuple(windowSide, windowSide),
      stride: fc.tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 3 })),
      pad: fc.constantFrom('same' as const, 'valid' as const, 1),
      dilated: fc.boolean(),
    }),
  )
  .map(({ image, kernel, stride, pad, dilated }) => ({
    image,
    // With a number for padding tfjs counts the columns by the height of the window.
    kernel: pad === 1 ? [kernel[0], kernel[0]] : kernel,
    // It also asks for whole outputs when there is no rounding mode.
    move: { strides: dilated || pad === 1 ? [1, 1] : stride, pad, dilations: dilated && pad !== 1 ? [2, 1] : [1, 1] },
  }));

/** An image and a filter [k, k, in, out], or [k, k, in, multiplier]. */
function filtered(last: fc.Arbitrary<number>, use: (item: Windowed) => Windowed = (item) => item): fc.Arbitrary<Sample<Move>> {
  return fc.tuple(windowed.map(use), last).map(([{ image, kernel, move }, outputs]) => ({ shapes: [image, [...kernel, image[3], outputs]], attributes: move }));
}

const undilated = (item: Windowed): Windowed => ({ ...item, move: { ...item.move, dilations: [1, 1] } });
/** tfjs's depthwise kernels want equal strides. */
const evenly = (item: Windowed): Windowed => {
  const { strides, dilations, pad } = item.move;
  return { ...item, move: { pad, strides: [strides[0], strides[0]], dilations: [dilations[0], dilations[0]] } };
};

function convolve(x: tf.Tensor | undefined, filter: tf.Tensor | undefined, { strides, pad, dilations }: Move): tf.Tensor {
  return tf.conv2d(asImage(x), asImage(filter), strides, pad, 'NHWC', dilations);
}

function convolveDepthwise(x: tf.Tensor | undefined, filter: tf.Tensor | undefined, { strides, pad, dilations }: Move): tf.Tensor {
  return tf.depthwiseConv2d(asImage(x), asImage(filter), strides, pad, 'NHWC', dilations);
}

/** An input, the gradient of the output, and what the gradient kernels take as attributes beside their own. */
type GradientMove = Move & { readonly image: readonly number[]; readonly filter: readonly number[] };
type GradientSample = Sample<GradientMove>;
type GradientRun = (inputs: tf.Tensor[], attributes: GradientMove) => tf.Tensor;

function outputShape({ image, kernel, move }: Windowed, channels: number): number[] {
  return convolve(tf.zeros(image.slice()), tf.zeros([...kernel, image[3], channels]), move).shape;
}

/** [dy, x, filter] of a plain convolution. */
const gradients: fc.Arbitrary<GradientSample> = fc.tuple(windowed.map(undilated), side).map(([item, outputs]) => {
  const filter = [...item.kernel, item.image[3], outputs];
  return { shapes: [outputShape(item, outputs), item.image, filter], attributes: { ...item.move, image: item.image, filter } };
});

/** [dy, x, filter] of a depthwise convolution. */
const depthwiseGradients: fc.Arbitrary<GradientSample> = fc.tuple(windowed.map(evenly).map(undilated), fc.noBias(fc.integer({ min: 1, max: 2 }))).map(([item, multiplier]) => {
  const filter = [...item.kernel, item.image[3], multiplier];
  return { shapes: [outputShape(item, item.image[3] * multiplier), item.image, filter], attributes: { ...item.move, image: item.image, filter } };
});

function inputGradient(kernel: string): GradientRun {
  return ([dy, , filter], attributes) =>
    runKernel(kernel, { dy: dy as tf.Tensor, filter: filter as tf.Tensor }, { ...attributes, inputShape: attributes.image, dataFormat: 'NHWC' });
}

function filterGradient(kernel: string): GradientRun {
  return ([dy, x], attributes) =>
    runKernel(kernel, { dy: dy as tf.Tensor, x: x as tf.Tensor }, { ...attributes, filterShape: attributes.filter, dataFormat: 'NHWC' });
}

const activations = fc.constantFrom('linear', 'relu', 'relu6', 'elu', 'sigmoid', 'prelu', 'leakyrelu');

/** An image, a filter, a bias and slopes. */
function fused(multiplier: fc.Arbitrary<number> | undefined): fc.Arbitrary<Sample<Move & { activation: never }>> {
  return fc.tuple(windowed.map(evenly).map(undilated), multiplier ?? side, activations).map(([{ image, kernel, move }, last, activation]) => {
    const channels = multiplier === undefined ? last : image[3] * last;
    return { shapes: [image, [...kernel, image[3], last], [channels], [channels]], attributes: { ...move, activation: activation as never } };
  });
}

function fusedArguments([x, filter, bias, slopes]: tf.Tensor[], { activation, ...move }: Move & { activation: never }) {
  const prelu = activation === 'prelu' ? { preluActivationWeights: slopes as tf.Tensor } : {};
  return { x: asImage(x), filter: asImage(filter), bias: bias as tf.Tensor, activation, ...prelu, leakyreluAlpha: 0.1, ...move };
}

const convolutions: readonly KernelCase[] = [
  kernelCase('Conv2D', { samples: filtered(side, undilated), run: ([x, filter], move) => convolve(x, filter, move), gradient: 'same' }),
  kernelCase('Conv2D', { name: 'dilated', samples: filtered(side), run: ([x, filter], move) => convolve(x, filter, move) }),
  kernelCase('Conv2D', {
    name: 'rounding up, uneven padding',
    samples: fc.record({ shapes: fc.constant([[1, 6, 6, 2], [3, 3, 2, 2]]), attributes: fc.constant(undefined) }),
    run: ([x, filter]) => [tf.conv2d(asImage(x), asImage(filter), 2, 0, 'NHWC', 1, 'ceil'), tf.conv2d(asImage(x), asImage(filter), 1, [[0, 0], [1, 0], [0, 2], [0, 0]])],
  }),
  kernelCase('DepthwiseConv2dNative', { samples: filtered(fc.integer({ min: 1, max: 2 }), (item) => undilated(evenly(item))), run: ([x, filter], move) => convolveDepthwise(x, filter, move), gradient: 'same' }),
  kernelCase('DepthwiseConv2dNative', { name: 'dilated', samples: filtered(side, evenly), run: ([x, filter], move) => convolveDepthwise(x, filter, move) }),
  kernelCase('FusedConv2D', { samples: fused(undefined), run: (inputs, attributes) => tf.fused.conv2d(fusedArguments(inputs, attributes)) }),
  kernelCase('FusedDepthwiseConv2D', { samples: fused(fc.constant(1)), run: (inputs, attributes) => tf.fused.depthwiseConv2d(fusedArguments(inputs, attributes)) }),
  kernelCase('Conv2DBackpropInput', { samples: gradients, run: inputGradient('Conv2DBackpropInput') }),
  kernelCase('Conv2DBackpropInput', {
    name: 'tf.conv2dTranspose and its gradient',
    samples: fc.tuple(shapeOf(4), windowSide, side, fc.integer({ min: 1, max: 2 })).map(([image, kernel, outputs, stride]) => ({
      shapes: [image, [kernel, kernel, outputs, image[3] ?? 1]],
      attributes: { stride, shape: [image[0] ?? 1, (image[1] ?? 1) * stride, (image[2] ?? 1) * stride, outputs] as [number, number, number, number] },
    })),
    run: ([x, filter], { stride, shape }) => tf.conv2dTranspose(asImage(x), asImage(filter), shape, stride, 'same'),
    gradient: 'same',
  }),
  kernelCase('Conv2DBackpropFilter', { samples: gradients, run: filterGradient('Conv2DBackpropFilter') }),
  kernelCase('DepthwiseConv2dNativeBackpropInput', { samples: depthwiseGradients, run: inputGradient('DepthwiseConv2dNativeBackpropInput') }),
  kernelCase('DepthwiseConv2dNativeBackpropFilter', { samples: depthwiseGradients, run: filterGradient('DepthwiseConv2dNativeBackpropFilter') }),
];

const pooled: fc.Arbitrary<Sample<{ kernel: [number, number]; strides: [number, number]; pad: 'same' | 'valid' }>> = windowed.map(({ image, kernel, move }) => ({
  shapes: [image],
  attributes: { kernel: [...kernel], strides: move.strides, pad: move.pad === 'same' ? 'same' : 'valid' },
}));

/** Images channels-first, and how wide a border is. */
const around: fc.Arbitrary<Sample<number>> = fc.record({ shapes: fc.tuple(shapeOf(4)), attributes: fc.integer({ min: 1, max: 2 }) });

function bordered(x: tf.Tensor | undefined, border: number): tf.Tensor4D {
  const negative = tf.sub(tf.transpose(x as tf.Tensor, [0, 2, 3, 1]), 2);
  return tf.pad(negative as tf.Tensor4D, [[0, 0], [border, border], [border, border], [0, 0]]);
}

const pooling: readonly KernelCase[] = [
  kernelCase('MaxPool', { samples: pooled, run: ([x], { kernel, strides, pad }) => tf.maxPool(asImage(x), kernel, strides, pad), gradient: 'same' }),
  kernelCase('MaxPool', { name: 'rounding up', samples: fc.record({ shapes: fc.constant([[1, 8, 8, 2]]), attributes: fc.constant(undefined) }), run: ([x]) => tf.maxPool(asImage(x), 3, 2, 0, 'ceil') }),
  // Not joined with the padding: ONNX Runtime would then take the maximum of the image alone.
  kernelCase('MaxPool', { name: 'of zeros around negative numbers', samples: around, run: ([x], border) => tf.maxPool(bordered(x, border), 2, 1, 'valid') }),
  kernelCase('AvgPool', { name: 'of a wide border of zeros', samples: around, run: ([x], border) => tf.avgPool(bordered(x, border), 2, 1, 'valid') }),
  kernelCase('MaxPoolGrad', { samples: pooled, run: ([x], { kernel, strides, pad }) => tf.grad((image) => tf.sum(tf.square(tf.maxPool(asImage(image), kernel, strides, pad))))(x as tf.Tensor) }),
  kernelCase('AvgPool', { samples: pooled, run: ([x], { kernel, strides, pad }) => tf.avgPool(asImage(x), kernel, strides, pad), gradient: 'adjoint' }),
  kernelCase('AvgPoolGrad', {
    samples: pooled.map((sample) => ({ ...sample, attributes: { ...sample.attributes, pad: 'valid' as const } })),
    run: ([x], { kernel, strides, pad }) => tf.grad((image) => tf.sum(tf.square(tf.avgPool(asImage(image), kernel, strides, pad))))(x as tf.Tensor),
  }),
];

type Resize = Sample<{ size: [number, number]; alignCorners: boolean; halfPixelCenters: boolean }>;

const resized: fc.Arbitrary<Resize> = fc
  .record({ image: fc.tuple(side, pixels, pixels, side), size: fc.tuple(fc.integer({ min: 2, max: 12 }), fc.integer({ min: 2, max: 12 })), mode: fc.nat(2) })
  .map(({ image, size, mode }) => ({ shapes: [image], attributes: { size, alignCorners: mode === 1, halfPixelCenters: mode === 2 } }));

const resizing: readonly KernelCase[] = [
  kernelCase('ResizeBilinear', { samples: resized, run: ([x], { size, alignCorners, halfPixelCenters }) => tf.image.resizeBilinear(asImage(x), size, alignCorners, halfPixelCenters), gradient: 'adjoint' }),
  kernelCase('ResizeNearestNeighbor', { samples: resized, run: ([x], { size, alignCorners, halfPixelCenters }) => tf.image.resizeNearestNeighbor(asImage(x), size, alignCorners, halfPixelCenters), gradient: 'adjoint' }),
];

const normalisation: readonly KernelCase[] = [
  kernelCase('FusedBatchNorm', {
    samples: fc.tuple(shapeOf(1, 3), side).map(([outer, channels]) => ({ shapes: [[...outer, channels], ...Array.from({ length: 4 }, () => [channels])], attributes: undefined })),
    run: ([x, mean, variance, offset, scale]) => tf.batchNorm(x as tf.Tensor, mean as tf.Tensor1D, positive(variance as tf.Tensor) as tf.Tensor1D, offset as tf.Tensor1D, scale as tf.Tensor1D, 1e-3),
    gradient: 'same',
  }),
  // tfjs has no gradient without a scale.
  kernelCase('FusedBatchNorm', {
    name: 'without scale and offset',
    samples: fc.tuple(shapeOf(1, 3), side).map(([outer, channels]) => ({ shapes: [[...outer, channels], [channels], [channels]], attributes: undefined })),
    run: ([x, mean, variance]) => tf.batchNorm(x as tf.Tensor, mean as tf.Tensor1D, positive(variance as tf.Tensor) as tf.Tensor1D),
  }),
  kernelCase('LRN', { samples: shapeOf(4).map((shape) => ({ shapes: [shape], attributes: undefined })), run: ([x]) => tf.localResponseNormalization(asImage(x), 1, 1, 0.5, 0.75) }),
];

/** Images. */
export const imageCases: readonly KernelCase[] = [...convolutions, ...pooling, ...resizing, ...normalisation];
