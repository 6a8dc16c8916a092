/**
 * Where the FFHQ crop of a face lies in its photo (NVlabs/ffhq-dataset, `download_ffhq.py`):
 *
 *     x = eye_to_eye - rot90(eye_to_mouth), scaled to max(2 |eye_to_eye|, 1.8 |eye_to_mouth|)
 *     y = rot90(x),  centre = eye_centre + 0.1 eye_to_mouth,  corners = centre +- x +- y
 */
import { InputError } from '@mfim/tensor-contracts';
import { fivePoints } from './landmarks.ts';
import { addScaled, meanPoint } from './point.ts';
import type { Point } from './point.ts';

/** The four corners of a crop in photo pixels, named by their place in the crop. */
export interface Quad {
  readonly topLeft: Point;
  readonly bottomLeft: Point;
  readonly bottomRight: Point;
  readonly topRight: Point;
}

const EYE_SPANS = 2;
const MOUTH_SPANS = 1.8;
const CENTRE_TOWARDS_MOUTH = 0.1;

function quarterTurn(vector: Point): Point {
  return { x: -vector.y, y: vector.x };
}

/** The square around `centre` whose half side along the crop's x axis is `half`. */
export function squareQuad(centre: Point, half: Point): Quad {
  const down = quarterTurn(half);
  const left = addScaled(centre, half, -1);
  const right = addScaled(centre, half, 1);
  return {
    topLeft: addScaled(left, down, -1),
    bottomLeft: addScaled(left, down, 1),
    bottomRight: addScaled(right, down, 1),
    topRight: addScaled(right, down, -1),
  };
}

/** The corners as a list: top left, bottom left, bottom right, top right. */
export function quadCorners(quad: Quad): readonly [Point, Point, Point, Point] {
  return [quad.topLeft, quad.bottomLeft, quad.bottomRight, quad.topRight];
}

/** The same corners after `corner * scale + offset`. */
export function moveQuad(quad: Quad, scale: number, offset: Point): Quad {
  const move = (corner: Point): Point => addScaled(offset, corner, scale);
  return {
    topLeft: move(quad.topLeft),
    bottomLeft: move(quad.bottomLeft),
    bottomRight: move(quad.bottomRight),
    topRight: move(quad.topRight),
  };
}

/** The side of a square quad, in photo pixels. */
export function quadSide(quad: Quad): number {
  return Math.hypot(quad.topRight.x - quad.topLeft.x, quad.topRight.y - quad.topLeft.y);
}

/**
 * The FFHQ crop of a face.
 *
 * @param landmarks 68 points in photo pixels
 * @returns a square, turned with the face; it may reach over the photo's border
 * @throws InputError when the landmarks fall on one point, ShapeError when they are not 68
 */
export function ffhqQuad(landmarks: readonly Point[]): Quad {
  const [leftEye, rightEye, , leftMouth, rightMouth] = fivePoints(landmarks) as [Point, Point, Point, Point, Point];
  const eyes = meanPoint([leftEye, rightEye]);
  const eyeToEye = addScaled(rightEye, leftEye, -1);
  const eyeToMouth = addScaled(meanPoint([leftMouth, rightMouth]), eyes, -1);
  const direction = addScaled(eyeToEye, quarterTurn(eyeToMouth), -1);
  const length = Math.hypot(direction.x, direction.y);
  const half = Math.max(
    Math.hypot(eyeToEye.x, eyeToEye.y) * EYE_SPANS,
    Math.hypot(eyeToMouth.x, eyeToMouth.y) * MOUTH_SPANS,
  );
  if (!(length > 0 && half > 0)) {
    throw new InputError({
      where: 'ffhqQuad',
      expected: 'eyes and mouth apart from each other',
      got: 'landmarks that fall together',
      remedy: 'use a photo in which the face is larger',
    });
  }
  const centre = addScaled(eyes, eyeToMouth, CENTRE_TOWARDS_MOUTH);
  return squareQuad(centre, { x: (direction.x / length) * half, y: (direction.y / length) * half });
}
