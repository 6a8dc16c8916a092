/**
 * Single-shot face detector on MobileNet v1 (Liu et al. 2016, Howard et al. 2017) as pure tfjs
 * functions: 512x512, six feature maps of 32, 16, 8, 4, 2 and 1 cells a side, 3 anchors a cell in
 * the finest and 6 in the others, 5118 in all.
 *
 * Box coding of SSD: centre = anchor centre + size * prediction / 10, size = anchor size *
 * exp(prediction / 5); order (y, x, height, width).
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Weights } from './read-weights.ts';

/** Side of the detector's square input. */
export const DETECTOR_SIZE = 512;

const STRIDED_BLOCKS = new Set([2, 4, 6, 12]);
const BLOCKS = 13;
/** The finest feature map is read after this block. */
const FINE_BLOCK = 11;
const BATCH_NORM_EPSILON = 0.001;
const CENTRE_SCALE = 10;
const SIZE_SCALE = 5;
const EXTRA_MAPS = 4;
/** Background, face, and one that was never used. */
const CLASSES = 3;
const BOX_NUMBERS = 4;

type Image = tf.Tensor4D;

function relu6(x: tf.Tensor): Image {
  return tf.clipByValue(x, 0, 6) as Image;
}

/** Convolution, bias, ReLU6; the weights' batch norm is already folded in. */
function convolve(x: Image, weights: Weights, [name, stride]: readonly [string, number]): Image {
  const convolved = tf.conv2d(x, weights(`${name}/weights`) as Image, stride, 'same');
  return relu6(tf.add(convolved, weights(`${name}/convolution_bn_offset`)));
}

/** Depthwise convolution with its batch norm folded into filter and offset, ReLU6. */
function convolveDepthwise(x: Image, weights: Weights, [name, stride]: readonly [string, number]): Image {
  const norm = (part: string): tf.Tensor => weights(`${name}/BatchNorm/${part}`);
  const scale = tf.mul(norm('gamma'), tf.rsqrt(tf.add(norm('moving_variance'), BATCH_NORM_EPSILON)));
  const offset = tf.sub(norm('beta'), tf.mul(norm('moving_mean'), scale));
  const filter = tf.mul(weights(`${name}/depthwise_weights`), tf.reshape(scale, [1, 1, -1, 1]));
  return relu6(tf.add(tf.depthwiseConv2d(x, filter as Image, stride, 'same'), offset));
}

/** [N 512 512 3] -> the maps after block 11 [N 32 32 512] and block 13 [N 16 16 1024]. */
function mobileNet(image: Image, weights: Weights): { readonly fine: Image; readonly last: Image } {
  let x = convolve(image, weights, ['MobilenetV1/Conv2d_0_pointwise', 2]);
  let fine = x;
  for (let block = 1; block <= BLOCKS; block += 1) {
    const name = `MobilenetV1/Conv2d_${block}`;
    x = convolveDepthwise(x, weights, [`${name}_depthwise`, STRIDED_BLOCKS.has(block) ? 2 : 1]);
    x = convolve(x, weights, [`${name}_pointwise`, 1]);
    if (block === FINE_BLOCK) fine = x;
  }
  return { fine, last: x };
}

/** The six maps that boxes are predicted from, finest first. */
function featureMaps(image: Image, weights: Weights): readonly Image[] {
  const { fine, last } = mobileNet(image, weights);
  const maps = [fine, last];
  let x = last;
  for (let step = 0; step < EXTRA_MAPS; step += 1) {
    x = convolve(x, weights, [`Prediction/Conv2d_${2 * step}_pointwise`, 1]);
    x = convolve(x, weights, [`Prediction/Conv2d_${2 * step + 1}_pointwise`, 2]);
    maps.push(x);
  }
  return maps;
}

/** One predictor on each map: [N cells*anchors numbers], all maps in a row. */
function predict(maps: readonly Image[], weights: Weights, { name, numbers }: { name: string; numbers: number }): tf.Tensor3D {
  const [batch] = (maps[0] as Image).shape;
  const predictions = maps.map((map, level) => {
    const prefix = `Prediction/BoxPredictor_${level}/${name}`;
    const convolved = tf.conv2d(map, weights(`${prefix}/weights`) as Image, 1, 'same');
    const biased = tf.add(convolved, weights(`${prefix}/biases`)) as Image;
    const [, height, width, depth] = biased.shape;
    return tf.reshape(biased, [batch, (height * width * depth) / numbers, numbers]) as tf.Tensor3D;
  });
  return tf.concat(predictions, 1);
}

/** Columns `start` and the next one: [N A 4] -> [N A 2]. */
function pair(x: tf.Tensor3D, start: number): tf.Tensor3D {
  return tf.slice(x, [0, 0, start], [x.shape[0], x.shape[1], 2]);
}

/** Predictions and anchors (top, left, bottom, right) to boxes in the same form. */
function decodeBoxes(predictions: tf.Tensor3D, anchors: tf.Tensor3D): tf.Tensor3D {
  const anchorSize = tf.sub(pair(anchors, 2), pair(anchors, 0));
  const anchorCentre = tf.add(pair(anchors, 0), tf.mul(anchorSize, 0.5));
  const centre = tf.add(tf.mul(tf.mul(pair(predictions, 0), 1 / CENTRE_SCALE), anchorSize), anchorCentre);
  const halfSize = tf.mul(tf.mul(tf.exp(tf.mul(pair(predictions, 2), 1 / SIZE_SCALE)), anchorSize), 0.5);
  return tf.concat([tf.sub(centre, halfSize), tf.add(centre, halfSize)] as tf.Tensor3D[], 2);
}

/** What is predicted for every anchor: how far the box is from it, and the classes. */
export interface DetectorPredictions {
  /** [N A 4] */
  readonly encodings: tf.Tensor3D;
  /** [N A 3]: background, face, and one that was never used */
  readonly logits: tf.Tensor3D;
}

/**
 * The network without the decoding of its boxes.
 *
 * @param image [N S S 3], RGB in [-1, 1]; S is 512 in the detector, and a multiple of 64
 */
export function detectorPredictions(image: tf.Tensor, weights: Weights): DetectorPredictions {
  const maps = featureMaps(image as Image, weights);
  return {
    encodings: predict(maps, weights, { name: 'BoxEncodingPredictor', numbers: BOX_NUMBERS }),
    logits: predict(maps, weights, { name: 'ClassPredictor', numbers: CLASSES }),
  };
}

/**
 * The whole detector.
 *
 * @param image [N 512 512 3], RGB in [-1, 1]
 * @returns boxes [N 5118 4] (top, left, bottom, right; the input is the unit square) and scores [N 5118]
 */
export function detectorNetwork(image: tf.Tensor, weights: Weights): { readonly boxes: tf.Tensor; readonly scores: tf.Tensor } {
  const { encodings, logits } = detectorPredictions(image, weights);
  const [batch, anchors] = encodings.shape;
  const face = tf.reshape(tf.slice(logits, [0, 0, 1], [batch, anchors, 1]), [batch, anchors]);
  return {
    boxes: decodeBoxes(encodings, weights('Output/extra_dim') as tf.Tensor3D),
    scores: tf.sigmoid(face),
  };
}
