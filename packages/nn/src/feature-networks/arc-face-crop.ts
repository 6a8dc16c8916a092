/**
 * From an FFHQ-aligned face to the 112-pixel ArcFace crop, without a detector: FFHQ alignment puts the
 * five points near fixed places, so one fixed similarity serves every image. The least-squares fit rotates by
 * 0.007 degrees, a hundredth of a pixel at the corners of the crop, so the rotation is left out.
 */
import type * as tf from '@tensorflow/tfjs-core';
import { fixedCrop, framingWeights } from './fixed-crop.ts';
import type { CropFraming } from './fixed-crop.ts';

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

function arcFaceFraming(): CropFraming {
  const { scale, shift } = fitCropSimilarity();
  return { size: ARC_FACE_SIZE, scale, shift };
}

const ARC_FACE_FRAMING: CropFraming = /* @__PURE__ */ arcFaceFraming();

/**
 * Sampling weights of one axis: [112, size], each row summing to 1.
 *
 * @param size side of the FFHQ-aligned image
 */
export function cropWeights(size: number, axis: 'x' | 'y'): Float32Array {
  return framingWeights(ARC_FACE_FRAMING, size, axis);
}

/**
 * The ArcFace crop of FFHQ-aligned faces; differentiable.
 *
 * @param image [batch, size, size, 3], any range
 * @returns [batch, 112, 112, 3], the same range
 * @throws ShapeError when the image is not square or has not three channels.
 */
export function arcFaceCrop(image: tf.Tensor): tf.Tensor4D {
  return fixedCrop(ARC_FACE_FRAMING, image);
}
