/**
 * MobileFaceNet (Chen et al. 2018, "MobileFaceNets: Efficient CNNs for Accurate Real-Time Face
 * Verification on Mobile Devices") in the variant with 128 numbers, ReLU6 instead of PReLU and plain ReLU in
 * the second block. Evaluation mode only: every batch normalisation is folded into its convolution,
 * and everything after the last ReLU6, being linear, into one matrix.
 */
import * as tf from '@tensorflow/tfjs-core';
import { bindAxes } from '@mfim/tensor-contracts';
import type { ConvolutionParameters } from './weight-state.ts';

/** (expansion, channels, blocks, stride of the first block) of each stage. */
export const MOBILE_FACE_NET_STAGES = [
  { expansion: 2, channels: 64, blocks: 5, stride: 2 },
  { expansion: 4, channels: 128, blocks: 1, stride: 2 },
  { expansion: 2, channels: 128, blocks: 6, stride: 1 },
  { expansion: 4, channels: 128, blocks: 1, stride: 2 },
  { expansion: 2, channels: 128, blocks: 2, stride: 1 },
] as const;

/** 1x1 up, 3x3 depthwise, 1x1 down. */
export type InvertedResidualParameters = {
  readonly expand: ConvolutionParameters;
  readonly depthwise: ConvolutionParameters;
  readonly project: ConvolutionParameters;
};

/** Everything that `mobileFaceNet` reads. */
export type MobileFaceNetParameters = {
  readonly stem: ConvolutionParameters;
  readonly stemDepthwise: ConvolutionParameters;
  readonly stemPointwise: ConvolutionParameters;
  /** `block0` .. `block14`. */
  readonly blocks: { readonly [name: string]: InvertedResidualParameters };
  readonly widen: ConvolutionParameters;
  /** The global depthwise convolution, [7, 7, 512]. */
  readonly window: tf.Tensor3D;
  /** [512, 128] and [128] */
  readonly embedding: { readonly matrix: tf.Tensor2D; readonly bias: tf.Tensor1D };
};

/** ImageNet statistics of RGB in [0, 1], which the network was trained with. */
const MEAN = [0.485, 0.456, 0.406];
const DEVIATION = [0.229, 0.224, 0.225];

interface Stride {
  readonly stride: 1 | 2;
  readonly depthwise: boolean;
}

/**
 * 3x3 with PyTorch's padding of 1. At stride 2 on an even size the last padded row and column are
 * never read, and TensorFlow's 'same' would start one pixel later: so pad above and left only.
 */
function conv3(x: tf.Tensor4D, { kernel, bias }: ConvolutionParameters, { stride, depthwise }: Stride): tf.Tensor4D {
  const padded: tf.Tensor4D = stride === 1 ? x : tf.pad(x, [[0, 0], [1, 0], [1, 0], [0, 0]]);
  const padding = stride === 1 ? 'same' : 'valid';
  const convolve = depthwise ? tf.depthwiseConv2d : tf.conv2d;
  return tf.add(convolve(padded, kernel, stride, padding), bias);
}

function conv1(x: tf.Tensor4D, { kernel, bias }: ConvolutionParameters): tf.Tensor4D {
  return tf.add(tf.conv2d(x, kernel, 1, 'valid'), bias);
}

function invertedResidual(parameters: InvertedResidualParameters, x: tf.Tensor4D, stride: 1 | 2): tf.Tensor4D {
  const wide = tf.relu6(conv1(x, parameters.expand));
  const filtered = tf.relu6(conv3(wide, parameters.depthwise, { stride, depthwise: true }));
  const narrow = conv1(filtered, parameters.project);
  const sameShape = stride === 1 && narrow.shape[3] === x.shape[3];
  return sameShape ? tf.add(x, narrow) : narrow;
}

/** [-1, 1] to what the network was trained with: ((x + 1) / 2 - mean) / deviation. */
function normalise(image: tf.Tensor4D): tf.Tensor4D {
  const scale = DEVIATION.map((deviation) => 0.5 / deviation);
  const shift = MEAN.map((mean, channel) => (0.5 - mean) / (DEVIATION[channel] as number));
  return tf.add(tf.mul(image, tf.tensor1d(scale)), tf.tensor1d(shift));
}

/**
 * Identity embeddings of aligned faces; differentiable with respect to the image.
 *
 * @param image [batch, 112, 112, 3], RGB in [-1, 1], aligned to the ArcFace template
 * @returns [batch, 128], unit vectors
 * @throws ShapeError when the image has another size.
 */
export function mobileFaceNet(parameters: MobileFaceNetParameters, image: tf.Tensor): tf.Tensor2D {
  bindAxes('mobileFaceNet', { image }, { image: 'batch 112 112 3' });
  let x = normalise(image as tf.Tensor4D);
  x = tf.relu6(conv3(x, parameters.stem, { stride: 2, depthwise: false }));
  x = tf.relu(conv3(x, parameters.stemDepthwise, { stride: 1, depthwise: true }));
  x = tf.relu(conv1(x, parameters.stemPointwise));
  const strides = MOBILE_FACE_NET_STAGES.flatMap(({ blocks, stride }) =>
    Array.from({ length: blocks }, (_, index) => (index === 0 ? stride : 1)),
  );
  for (const [index, stride] of strides.entries()) {
    x = invertedResidual(parameters.blocks[`block${index}`] as InvertedResidualParameters, x, stride);
  }
  x = tf.relu6(conv1(x, parameters.widen));
  const pooled = tf.sum<tf.Tensor2D>(tf.mul(x, parameters.window), [1, 2]);
  const embedding = tf.add(tf.matMul(pooled, parameters.embedding.matrix), parameters.embedding.bias);
  return tf.mul(embedding, tf.rsqrt(tf.sum(tf.square(embedding), -1, true)));
}
