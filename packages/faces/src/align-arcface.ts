/**
 * The crop that face-recognition networks are trained on: five points brought to fixed places by a
 * similarity transform (Deng et al., "ArcFace", 2019; the 112-pixel template of insightface).
 *
 * Departure: large faces are averaged while they are read instead of being sampled at single points,
 * so that a 1000-pixel face and its reduced copy give the same crop.
 */
import { InputError, ShapeError } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';
import type { Quad } from './ffhq-quad.ts';
import { readSquare } from './read-square.ts';
import { applySimilarity, fitSimilarity, invertSimilarity } from './similarity.ts';
import type { Similarity } from './similarity.ts';
import type { Point } from './point.ts';
import { withoutAlpha } from './without-alpha.ts';

/** Side of the template. */
export const ARCFACE_SIZE = 112;

/** Left eye, right eye, nose tip, left and right mouth corner in the 112-pixel crop. */
const ARCFACE_POINTS: readonly Point[] = [
  { x: 38.2946, y: 51.6963 },
  { x: 73.5318, y: 51.5014 },
  { x: 56.0252, y: 71.7366 },
  { x: 41.5493, y: 92.3655 },
  { x: 70.7299, y: 92.2041 },
];

/** The mean places of the same points in FFHQ crops of 512 pixels (ygtxr1997/ReliableSwap). */
const FFHQ_POINTS: readonly Point[] = [
  { x: 192.98, y: 239.95 },
  { x: 318.9, y: 240.19 },
  { x: 256.63, y: 314.02 },
  { x: 201.26, y: 371.41 },
  { x: 313.09, y: 371.15 },
];
const FFHQ_POINTS_SIZE = 512;

/** A position in a picture of one size, in the same picture at another size. */
function rescale({ x, y }: Point, factor: number): Point {
  return { x: (x + 0.5) * factor - 0.5, y: (y + 0.5) * factor - 0.5 };
}

/** Where the crop's corners lie in the picture that `toCrop` starts from. */
function cropQuad(toCrop: Similarity, size: number): Quad {
  const fromCrop = invertSimilarity(toCrop);
  const first = -0.5;
  const last = size - 0.5;
  return {
    topLeft: applySimilarity(fromCrop, { x: first, y: first }),
    bottomLeft: applySimilarity(fromCrop, { x: first, y: last }),
    bottomRight: applySimilarity(fromCrop, { x: last, y: last }),
    topRight: applySimilarity(fromCrop, { x: last, y: first }),
  };
}

function templateAt(size: number): readonly Point[] {
  return ARCFACE_POINTS.map((point) => rescale(point, size / ARCFACE_SIZE));
}

function checkFivePoints(points: readonly Point[]): void {
  if (points.length === ARCFACE_POINTS.length && points.every(({ x, y }) => Number.isFinite(x + y))) return;
  throw new ShapeError({
    where: 'alignArcFace',
    expected: 'five points with finite coordinates',
    got: `${points.length} points`,
    remedy: 'pass fivePoints(face.landmarks)',
  });
}

function checkSize(size: number): void {
  if (Number.isInteger(size) && size > 0) return;
  throw new InputError({
    where: 'alignArcFace',
    expected: 'a whole size of 1 or more',
    got: String(size),
    remedy: `leave it out for ${ARCFACE_SIZE}`,
  });
}

/**
 * Cuts a face out for a face-recognition network.
 *
 * @param photo RGB or RGBA (alpha is ignored); what lies outside is black
 * @param points of `fivePoints`, in photo pixels
 * @param size side of the result, default 112
 * @returns an RGB picture
 * @throws ShapeError unless there are five finite points; InputError for a size that is not whole
 */
export function alignArcFace(photo: ByteImage, points: readonly Point[], size: number = ARCFACE_SIZE): ByteImage {
  checkFivePoints(points);
  checkSize(size);
  const toCrop = fitSimilarity(points, templateAt(size));
  return readSquare(withoutAlpha(photo), cropQuad(toCrop, size), size);
}

/**
 * The same crop from a picture that is FFHQ-aligned already, by one fixed similarity: no detector.
 *
 * @param crop square, FFHQ-aligned, of any size
 * @returns 112x112 RGB
 * @throws ShapeError when the picture is not square
 */
export function arcFaceFromFfhq(crop: ByteImage): ByteImage {
  if (crop.width !== crop.height) {
    throw new ShapeError({
      where: 'arcFaceFromFfhq',
      expected: 'a square picture',
      got: `${crop.width} x ${crop.height}`,
      remedy: 'pass the result of alignFfhq',
    });
  }
  const points = FFHQ_POINTS.map((point) => rescale(point, crop.width / FFHQ_POINTS_SIZE));
  return alignArcFace(crop, points);
}
