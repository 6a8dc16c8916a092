/**
 * The 68 landmarks of the iBUG 300-W scheme, by index: 0-16 jaw, 17-26 brows, 27-35 nose, 36-41 the
 * eye on the left of the picture, 42-47 the other eye, 48-59 outer lips, 60-67 inner lips.
 */
import { ShapeError } from '@mfim/tensor-contracts';
import { meanPoint } from './point.ts';
import type { Point } from './point.ts';

/** How many landmarks a face has. */
export const LANDMARK_COUNT = 68;

const LEFT_EYE = [36, 42] as const;
const RIGHT_EYE = [42, 48] as const;
const NOSE_TIP = 30;
const LEFT_MOUTH_CORNER = 48;
const RIGHT_MOUTH_CORNER = 54;

/** First, last, and the sum of a landmark's index and its mirror image's, by part of the face. */
const MIRRORED_PARTS = [
  [0, 16, 16],
  [17, 26, 43],
  [27, 27, 54],
  [28, 28, 56],
  [29, 29, 58],
  [30, 30, 60],
  [31, 35, 66],
  [36, 39, 81],
  [40, 41, 87],
  [42, 45, 81],
  [46, 47, 87],
  [48, 54, 102],
  [55, 59, 114],
  [60, 64, 124],
  [65, 67, 132],
] as const;

/** Which landmark of a face is this one in the mirror image of the face. */
export function mirroredLandmark(index: number): number {
  const part = MIRRORED_PARTS.find(([first, last]) => index >= first && index <= last);
  return (part?.[2] ?? 2 * index) - index;
}

/** Refuses anything but 68 finite points. */
export function checkLandmarks(where: string, landmarks: readonly Point[]): void {
  const finite = landmarks.every(({ x, y }) => Number.isFinite(x) && Number.isFinite(y));
  if (landmarks.length === LANDMARK_COUNT && finite) return;
  throw new ShapeError({
    where,
    expected: `${LANDMARK_COUNT} landmarks with finite coordinates`,
    got: finite ? `${landmarks.length}` : 'a coordinate that is not a number',
    remedy: 'pass the landmarks of a face that FaceFinder.find returned',
  });
}

/**
 * The five points that face-recognition networks are aligned by: the centres of both eyes, the tip
 * of the nose, both corners of the mouth; "left" is left in the picture.
 *
 * @throws ShapeError unless there are 68 finite landmarks
 */
export function fivePoints(landmarks: readonly Point[]): readonly Point[] {
  checkLandmarks('fivePoints', landmarks);
  return [
    meanPoint(landmarks.slice(...LEFT_EYE)),
    meanPoint(landmarks.slice(...RIGHT_EYE)),
    landmarks[NOSE_TIP] as Point,
    landmarks[LEFT_MOUTH_CORNER] as Point,
    landmarks[RIGHT_MOUTH_CORNER] as Point,
  ];
}
