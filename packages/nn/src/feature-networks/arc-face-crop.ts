/**
 * From an FFHQ-aligned face to the 112-pixel ArcFace crop, without a detector: FFHQ alignment puts the
 * five points near fixed places, so one fixed similarity serves every image. The least-squares fit rotates by
 * 0.007 degrees, a hundredth of a pixel at the corners of the crop, so the rotation is left out. Scale
 * and translation sample rows and columns separately: two matrix products, fast and differentiable.
 *
 * The kernel is bilinear; where the image is reduced it widens with the scale (antialiasing).
 */
import * as tf from '@tensorflow/tfjs-core';
import { bindAxes } from '@mfim/tensor-contracts';

/** Side of the crop in pixels. */
export const ARC_FACE_SIZE = 112;

type Point = readonly [x: number, y: number];

/** Eyes, nose, mouth corners of the ArcFace template. */
const ARC_FACE_POINTS: readonly Point[] = [
  [38.2946, 51.6963],
  [73.5318, 51.5014],
  [56.0252, 71.7366],
  [41.5493, 92.3655],
  [70.7299, 92.2041],
];

/** Their means over FFHQ-aligned images of 512 pixels (ReliableSwap's alignment template). */
const FFHQ_POINTS: readonly Point[] = [
  [192.98, 239.95],
  [318.9, 240.19],
  [256.63, 314.02],
  [201.26, 371.41],
  [313.09, 371.15],
];
const FFHQ_POINTS_SIZE = 512;

/** crop = scale * image + shift, in pixels of a 112-pixel crop and a 512-pixel image. */
export interface CropSimilarity {
  /** Scale times the cosine of the rotation. */
  readonly scale: number;
  /** Scale times its sine: what is left out. */
  readonly sine: number;
  readonly shift: Point;
}

function mean(points: readonly Point[]): Point {
  const sum = points.reduce<Point>(([x, y], point) => [x + point[0], y + point[1]], [0, 0]);
  return [sum[0] / points.length, sum[1] / points.length];
}

/** The least-squares similarity from the FFHQ points to the ArcFace points. */
export function fitCropSimilarity(): CropSimilarity {
  const [from, to] = [mean(FFHQ_POINTS), mean(ARC_FACE_POINTS)];
  let [cosine, sine, spread] = [0, 0, 0];
  for (const [index, point] of FFHQ_POINTS.entries()) {
    const goal = ARC_FACE_POINTS[index] as Point;
    const [x, y] = [point[0] - from[0], point[1] - from[1]];
    const [u, v] = [goal[0] - to[0], goal[1] - to[1]];
    cosine += x * u + y * v;
    sine += x * v - y * u;
    spread += x * x + y * y;
  }
  const scale = cosine / spread;
  return { scale, sine: sine / spread, shift: [to[0] - scale * from[0], to[1] - scale * from[1]] };
}

/**
 * Sampling weights of one axis: [112, size], each row summing to 1.
 *
 * @param size side of the FFHQ-aligned image
 */
export function cropWeights(size: number, axis: 'x' | 'y'): Float32Array {
  const { scale, shift } = fitCropSimilarity();
  const ratio = size / FFHQ_POINTS_SIZE;
  const reach = Math.max(1, ratio / scale);
  const weights = new Float32Array(ARC_FACE_SIZE * size);
  for (let output = 0; output < ARC_FACE_SIZE; output += 1) {
    const at512 = (output - shift[axis === 'x' ? 0 : 1]) / scale;
    const centre = (at512 + 0.5) * ratio - 0.5;
    const row = Float64Array.from({ length: size }, (_, input) => Math.max(0, 1 - Math.abs(input - centre) / reach));
    const sum = row.reduce((total, weight) => total + weight, 0);
    row.forEach((weight, input) => (weights[output * size + input] = weight / sum));
  }
  return weights;
}

/** The column weights for interleaved RGB: [size * 3, 112 * 3]. */
function interleavedColumns(size: number): Float32Array {
  const columns = cropWeights(size, 'x');
  const width = ARC_FACE_SIZE * 3;
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

/** Pure values by image size: a cache, not a state. */
const matricesBySize = new Map<number, CropMatrices>();

function cropMatrices(size: number): CropMatrices {
  const known = matricesBySize.get(size);
  if (known !== undefined) return known;
  const fresh = { rows: cropWeights(size, 'y'), columns: interleavedColumns(size) };
  matricesBySize.set(size, fresh);
  return fresh;
}

/**
 * The ArcFace crop of FFHQ-aligned faces; differentiable.
 *
 * @param image [batch, size, size, 3], any range
 * @returns [batch, 112, 112, 3], the same range
 * @throws ShapeError when the image is not square or has not three channels.
 */
export function arcFaceCrop(image: tf.Tensor): tf.Tensor4D {
  const axes = bindAxes('arcFaceCrop', { image }, { image: 'batch size size 3' });
  const [batch, size] = [axes.get('batch') as number, axes.get('size') as number];
  const matrices = cropMatrices(size);
  const rows = tf.tensor3d(matrices.rows, [1, ARC_FACE_SIZE, size]);
  const columns = tf.tensor2d(matrices.columns, [size * 3, ARC_FACE_SIZE * 3]);
  const cropped = tf.matMul(rows, tf.reshape(image, [batch, size, size * 3]));
  const both = tf.matMul(tf.reshape(cropped, [batch * ARC_FACE_SIZE, size * 3]), columns as tf.Tensor);
  return tf.reshape(both, [batch, ARC_FACE_SIZE, ARC_FACE_SIZE, 3]);
}
