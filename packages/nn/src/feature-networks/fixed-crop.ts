/**
 * One fixed crop of FFHQ-aligned faces, as a network other than ours wants to see them: FFHQ alignment
 * puts a face near the same place in every image, so one scale and one shift serve all and no
 * detector is needed. Scale and translation sample rows and columns separately: two matrix products,
 * fast and differentiable.
 *
 * The kernel is bilinear; where the image is reduced it widens with the scale (antialiasing). Where the
 * crop reaches over the border, the border's pixels continue.
 */
import * as tf from '@tensorflow/tfjs-core';
import { bindAxes } from '@mfim/tensor-contracts';

/** Side of the FFHQ-aligned image that framings are stated for. */
export const FRAMING_SIZE = 512;

/** crop = scale * image + shift, in pixels (centres at whole numbers) of the crop and of a 512-pixel image. */
export interface CropFraming {
  /** Side of the crop in pixels. */
  readonly size: number;
  readonly scale: number;
  readonly shift: readonly [x: number, y: number];
}

/**
 * Sampling weights of one axis: [framing.size, size], each row summing to 1.
 *
 * @param size side of the FFHQ-aligned image
 */
export function framingWeights(framing: CropFraming, size: number, axis: 'x' | 'y'): Float32Array {
  const ratio = size / FRAMING_SIZE;
  const reach = Math.max(1, ratio / framing.scale);
  const weights = new Float32Array(framing.size * size);
  for (let output = 0; output < framing.size; output += 1) {
    const at512 = (output - framing.shift[axis === 'x' ? 0 : 1]) / framing.scale;
    const centre = Math.min(size - 1, Math.max(0, (at512 + 0.5) * ratio - 0.5));
    const row = Float64Array.from({ length: size }, (_, input) => Math.max(0, 1 - Math.abs(input - centre) / reach));
    const sum = row.reduce((total, weight) => total + weight, 0);
    row.forEach((weight, input) => (weights[output * size + input] = weight / sum));
  }
  return weights;
}

/** The column weights for interleaved RGB: [size * 3, framing.size * 3]. */
function interleavedColumns(framing: CropFraming, size: number): Float32Array {
  const columns = framingWeights(framing, size, 'x');
  const width = framing.size * 3;
  const matrix = new Float32Array(size * 3 * width);
  columns.forEach((weight, index) => {
    const [output, input] = [Math.floor(index / size), index % size];
    for (let channel = 0; channel < 3; channel += 1) {
      matrix[(input * 3 + channel) * width + output * 3 + channel] = weight;
    }
  });
  return matrix;
}

interface CropMatrices {
  readonly rows: Float32Array;
  readonly columns: Float32Array;
}

/** Pure values by framing and image size: a cache, not a state. */
const matricesByFraming = new WeakMap<CropFraming, Map<number, CropMatrices>>();

function cropMatrices(framing: CropFraming, size: number): CropMatrices {
  const bySize = matricesByFraming.get(framing) ?? new Map<number, CropMatrices>();
  matricesByFraming.set(framing, bySize);
  const known = bySize.get(size);
  if (known !== undefined) return known;
  const fresh = { rows: framingWeights(framing, size, 'y'), columns: interleavedColumns(framing, size) };
  bySize.set(size, fresh);
  return fresh;
}

/**
 * A fixed crop of FFHQ-aligned faces; linear and differentiable.
 *
 * @param framing keep one object: its sampling weights are remembered by identity
 * @param image [batch, size, size, 3], any range
 * @returns [batch, framing.size, framing.size, 3], the same range
 * @throws ShapeError when the image is not square or has not three channels.
 */
export function fixedCrop(framing: CropFraming, image: tf.Tensor): tf.Tensor4D {
  const axes = bindAxes('fixedCrop', { image }, { image: 'batch size size 3' });
  const [batch, size] = [axes.get('batch') as number, axes.get('size') as number];
  const matrices = cropMatrices(framing, size);
  const rows = tf.tensor3d(matrices.rows, [1, framing.size, size]);
  const columns = tf.tensor2d(matrices.columns, [size * 3, framing.size * 3]);
  const cropped = tf.matMul(rows, tf.reshape(image, [batch, size, size * 3]));
  const both = tf.matMul(tf.reshape(cropped, [batch * framing.size, size * 3]), columns as tf.Tensor);
  return tf.reshape(both, [batch, framing.size, framing.size, 3]);
}
