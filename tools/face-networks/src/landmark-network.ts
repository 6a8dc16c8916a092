/**
 * 68 landmarks from a face crop as pure tfjs functions: four blocks of depthwise-separable
 * convolutions in which every convolution sees the sum of all earlier ones of its block, a 7x7
 * average and one linear layer. 112x112 in, each block halves the size.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Weights } from './read-weights.ts';

/** Side of the landmark network's square input. */
export const LANDMARK_SIZE = 112;

const BLOCKS = 4;
const CONVOLUTIONS = 4;
const FINAL_SIZE = 7;
const FEATURES = 256;
const HALF_BYTE = 127.5;
const BYTE_MAX = 255;
/** Mean colour of the training pictures, 0..255. */
const MEAN_RGB = [122.782, 117.001, 104.298];

type Image = tf.Tensor4D;

/** [-1, 1] to (byte - mean colour) / 255. */
function normalise(image: tf.Tensor): Image {
  const offset = MEAN_RGB.map((mean) => (HALF_BYTE - mean) / BYTE_MAX);
  return tf.add(tf.mul(image, HALF_BYTE / BYTE_MAX), tf.tensor1d(offset)) as Image;
}

function separable(x: Image, weights: Weights, [name, stride]: readonly [string, number]): tf.Tensor {
  const depthwise = tf.depthwiseConv2d(x, weights(`${name}/depthwise_filter`) as Image, stride, 'same');
  const pointwise = tf.conv2d(depthwise, weights(`${name}/pointwise_filter`) as Image, 1, 'same');
  return tf.add(pointwise, weights(`${name}/bias`));
}

function firstOfBlock(x: Image, weights: Weights, block: number): tf.Tensor {
  const name = `dense${block}/conv0`;
  if (block > 0) return separable(x, weights, [name, 2]);
  return tf.add(tf.conv2d(x, weights(`${name}/filters`) as Image, 2, 'same'), weights(`${name}/bias`));
}

function denseBlock(x: Image, weights: Weights, block: number): Image {
  let sum = tf.relu(firstOfBlock(x, weights, block));
  for (let convolution = 1; convolution < CONVOLUTIONS; convolution += 1) {
    const seen = tf.relu(sum) as Image;
    sum = tf.add(sum, separable(seen, weights, [`dense${block}/conv${convolution}`, 1]));
  }
  return tf.relu(sum) as Image;
}

/**
 * The whole network.
 *
 * @param image [N 112 112 3], RGB in [-1, 1]
 * @returns [N 136]: x, y of each landmark, the input is the unit square
 */
export function landmarkNetwork(image: tf.Tensor, weights: Weights): tf.Tensor {
  let x = normalise(image);
  for (let block = 0; block < BLOCKS; block += 1) x = denseBlock(x, weights, block);
  const pooled = tf.avgPool(x, FINAL_SIZE, 1, 'valid');
  const features = tf.reshape(pooled, [x.shape[0], FEATURES]) as tf.Tensor2D;
  return tf.add(tf.matMul(features, weights('fc/weights') as tf.Tensor2D), weights('fc/bias'));
}
