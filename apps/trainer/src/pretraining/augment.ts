/**
 * Applies drawn augmentations to images, differentiably: geometry through doubled resolution with a wavelet filter and
 * bilinear sampling, then colour as one affine map. Equals stylegan2-ada-pytorch's "bgc" pipeline where that does not run out
 * of its padding. What leaves [-1, 1] is left there, as in the reference.
 *
 * Where R1 is taken: by the images before augmentation, through it (as the reference does), so `augment` is part of the
 * function whose gradient is penalised.
 */
import { ShapeError, bindAxes } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import { colourMatrix, geometryMatrix } from './augmentation-matrices.ts';
import type { AugmentationDraws } from './draw-augmentation.ts';
import { multiplyMatrices } from './multiply-matrices.ts';
import type { Matrix } from './multiply-matrices.ts';
import { sampleAffine } from './sample-affine.ts';
import { HALVING_MARGIN, doubledPeriod, halved } from './wavelet-resampling.ts';

/** Mirroring needs three pixels beyond the border. */
const SMALLEST = 4;

const isIdentity = (matrix: Matrix): boolean =>
  matrix.every((row, line) => row.every((entry, column) => entry === (line === column ? 1 : 0)));

/** From a sample of the output's canvas to a sample of the doubled input: pixel i is sample 2 i, the canvas starts earlier. */
function betweenSamples(pixels: Matrix, size: number): Matrix {
  const centre = (size - 1) / 2;
  const toPixels: Matrix = [[0.5, 0, -HALVING_MARGIN / 2 - centre], [0, 0.5, -HALVING_MARGIN / 2 - centre], [0, 0, 1]];
  const toSamples: Matrix = [[2, 0, 2 * centre], [0, 2, 2 * centre], [0, 0, 1]];
  return multiplyMatrices([toSamples, pixels, toPixels]);
}

function moved(images: tf.Tensor, pixels: readonly Matrix[]): tf.Tensor {
  if (pixels.every(isIdentity)) return images;
  const size = images.shape[1] as number;
  const matrices = pixels.map((matrix) => betweenSamples(matrix, size));
  return halved(sampleAffine(doubledPeriod(images), { matrices, size: 2 * (size + HALVING_MARGIN) }));
}

function coloured(images: tf.Tensor, colours: readonly Matrix[]): tf.Tensor {
  if (colours.every(isIdentity)) return images;
  const [batch, height, width] = images.shape as [number, number, number];
  const rgb = colours.map((matrix) => matrix.slice(0, 3));
  const factors = tf.tensor3d(rgb.map((rows) => rows.map((row) => row.slice(0, 3))), [batch, 3, 3]);
  const offsets = tf.tensor3d(rgb.map((rows) => [rows.map((row) => row[3] as number)]), [batch, 1, 3]);
  const pixels = tf.reshape(images, [batch, height * width, 3]) as tf.Tensor3D;
  return tf.reshape(tf.add(tf.matMul(pixels, factors, false, true), offsets), [batch, height, width, 3]);
}

/**
 * @param images [batch, size, size, 3] in [-1, 1]
 * @param draws one for each image, as from `drawAugmentation`
 * @returns [batch, size, size, 3]; the images themselves when no draw changes anything
 * @throws ShapeError when there is not one draw for each image, or an image is smaller than 4 pixels
 */
export function augment(images: tf.Tensor, draws: AugmentationDraws): tf.Tensor {
  const sizes = bindAxes('augment', { images }, { images: 'batch size size 3' });
  const size = sizes.get('size') as number;
  if (draws.length !== images.shape[0] || size < SMALLEST) {
    throw new ShapeError({
      where: 'augment',
      expected: `one draw for each image, of ${SMALLEST} pixels or more`,
      got: `${draws.length} draws for [${images.shape.join(', ')}]`,
      remedy: 'draw for the batch that is augmented',
    });
  }
  return coloured(moved(images, draws.map((draw) => geometryMatrix(draw, size))), draws.map(colourMatrix));
}
