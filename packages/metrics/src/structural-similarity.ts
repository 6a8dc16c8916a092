/**
 * SSIM (Wang et al. 2004, "Image Quality Assessment: From Error Visibility to Structural Similarity"): Gaussian window 11x11
 * with sigma 1.5, K1 = 0.01, K2 = 0.03, population covariance, whole windows only, mean over the
 * channels. Equals scikit-image's structural_similarity(gaussian_weights=True, sigma=1.5,
 * use_sample_covariance=False, channel_axis=2, data_range=2).
 */
import { ShapeError } from '@mfim/tensor-contracts';
import type { Metric } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import { IMAGE_RANGE, checkImagePair } from './image-pair.ts';
import { scalarValue } from './scalar-value.ts';

const WINDOW = 11;
const SIGMA = 1.5;
const STABILISER_1 = (0.01 * IMAGE_RANGE) ** 2;
const STABILISER_2 = (0.03 * IMAGE_RANGE) ** 2;

function gaussian(): Float32Array {
  const centre = (WINDOW - 1) / 2;
  const weights = Float64Array.from({ length: WINDOW }, (_, index) => Math.exp(-((index - centre) ** 2) / (2 * SIGMA ** 2)));
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return Float32Array.from(weights, (weight) => weight / sum);
}

/** Gaussian means of whole windows, [planes, height - 10, width - 10, 1]. */
function blur(planes: tf.Tensor4D): tf.Tensor4D {
  const weights = gaussian();
  const vertical = tf.conv2d(planes, tf.tensor4d(weights, [WINDOW, 1, 1, 1]), 1, 'valid');
  return tf.conv2d(vertical, tf.tensor4d(weights, [1, WINDOW, 1, 1]), 1, 'valid');
}

/** One plane per channel: [3, height, width, 1]. */
function planesOf(image: tf.Tensor): tf.Tensor4D {
  return tf.transpose(image as tf.Tensor4D, [3, 1, 2, 0]);
}

function similarity(first: tf.Tensor, second: tf.Tensor): tf.Tensor {
  const [x, y] = [planesOf(first), planesOf(second)];
  const [meanX, meanY] = [blur(x), blur(y)];
  const meanProduct = tf.mul(meanX, meanY);
  const [squareX, squareY] = [tf.square(meanX), tf.square(meanY)];
  const varianceX = tf.sub(blur(tf.square(x)), squareX);
  const varianceY = tf.sub(blur(tf.square(y)), squareY);
  const covariance = tf.sub(blur(tf.mul(x, y)), meanProduct);
  const luminance = tf.div(
    tf.add(tf.mul(meanProduct, 2), STABILISER_1),
    tf.add(tf.add(squareX, squareY), STABILISER_1),
  );
  const structure = tf.div(
    tf.add(tf.mul(covariance, 2), STABILISER_2),
    tf.add(tf.add(varianceX, varianceY), STABILISER_2),
  );
  return tf.mean(tf.mul(luminance, structure));
}

/** In [-1, 1]; 1 for equal images, whose sides must be 11 pixels or more. */
export const structuralSimilarity: Metric<tf.Tensor> = {
  name: 'ssim',
  better: 'higher',
  measure: async (first, second) => {
    checkImagePair('structuralSimilarity', first, second);
    const side = Math.min(first.shape[1] as number, first.shape[2] as number);
    if (side < WINDOW) {
      throw new ShapeError({
        where: 'structuralSimilarity',
        expected: `sides of ${WINDOW} pixels or more`,
        got: String(side),
        remedy: 'pass larger images',
      });
    }
    return scalarValue(() => similarity(first, second));
  },
};
