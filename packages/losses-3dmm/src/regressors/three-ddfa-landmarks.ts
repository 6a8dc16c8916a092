/**
 * The 68 landmarks of 3DDFA_V2's second head, `fc_lm` of its published file: 136 numbers that no document explains. What they are was
 * found on 400 rendered faces with known landmarks: first 68 times right, then 68 times down, from -1 to 1 across the crop. The best
 * common affine map from them to the landmarks has its origin at (0.511, 0.660) of the aligned image and slopes of 0.39 and 0.42, beside
 * the crop's centre (0.508, 0.658) and half of its side 0.41; as x, y pairs they fit nothing.
 */
import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '@mfim/tensor-contracts';
import type { HostTensor } from '@mfim/tensor-contracts';
import type { WeightState } from '@mfim/nn';
import { coefficientFeatures, foldCoefficientNetwork } from './coefficient-network.ts';
import type { CoefficientNetworkParameters } from './coefficient-network.ts';
import { THREE_DDFA_SQUARE, threeDdfaCrop } from './three-ddfa-crop.ts';

const LANDMARKS = 68;

/** The linear layer: [features, 136] and [136]. */
export interface LandmarkHead {
  readonly weight: tf.Tensor;
  readonly bias: tf.Tensor;
}

/** Reads `fc_lm`. @param state as for `coefficientNetworkParameters`; @throws ShapeError when the file has no such head */
export function threeDdfaLandmarkHead(state: WeightState): LandmarkHead {
  const named = (part: string, axes: number): HostTensor => {
    const found = state.get(`fc_lm.${part}`);
    if (found?.shape[0] === 2 * LANDMARKS && found.shape.length === axes) return found;
    throw new ShapeError({ where: `3DDFA_V2: fc_lm.${part}`, expected: `a landmark head of ${2 * LANDMARKS} numbers`, got: found === undefined ? 'none' : `shape [${found.shape.join(', ')}]`, remedy: 'pass mb05_120x120.pth as it was published' });
  };
  const [weight, bias] = [named('weight', 2), named('bias', 1)];
  return { weight: tf.tidy(() => tf.transpose(tf.tensor2d(weight.data, weight.shape as [number, number]))), bias: tf.tensor1d(bias.data) };
}

/**
 * Landmarks of FFHQ-aligned faces of any size, [batch, size, size, 3] in [-1, 1].
 *
 * @returns a function to [batch, 68, 2], right and down in shares of the aligned image
 */
export function threeDdfaLandmarks(parameters: CoefficientNetworkParameters, { weight, bias }: LandmarkHead): (image: tf.Tensor) => tf.Tensor3D {
  const network = tf.tidy(() => foldCoefficientNetwork(parameters) as never) as ReturnType<typeof foldCoefficientNetwork>;
  const { centreX, centreY, side } = THREE_DDFA_SQUARE;
  return (image) => {
    const numbers = tf.add(tf.matMul(coefficientFeatures(network, threeDdfaCrop(image)), weight as tf.Tensor2D), bias);
    const points = tf.transpose(tf.reshape(numbers, [-1, 2, LANDMARKS]), [0, 2, 1]);
    return tf.add(tf.mul(points, side / 2), tf.tensor3d([[[centreX, centreY]]]));
  };
}
