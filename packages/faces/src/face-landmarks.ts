/**
 * Finds the 68 landmarks of a detected face. The network sees a square crop; a second look with a
 * crop that is centred on the first landmarks and turned upright makes them independent of how the
 * detector happened to draw its box.
 */
import { toSigned } from '@mfim/tensor-contracts';
import type { ByteImage, InferenceSession } from '@mfim/tensor-contracts';
import type { Box } from './box.ts';
import { squareQuad } from './ffhq-quad.ts';
import type { Quad } from './ffhq-quad.ts';
import { fivePoints, LANDMARK_COUNT } from './landmarks.ts';
import { addScaled } from './point.ts';
import type { Point } from './point.ts';
import { readSquare } from './read-square.ts';

/** Side of the network's input. */
export const LANDMARK_SIZE = 112;

/** What finding landmarks needs: the network and the photo (RGB). */
export interface LandmarkScene {
  readonly session: InferenceSession;
  readonly photo: ByteImage;
}

/** Crop around a detector box: side in units of the box's longer side. */
const BOX_SIDE = 1.0;
const BOX_DOWN = 0.0;
/** Crop around landmarks: side in units of their extent, centre moved down the face by this share. */
const EXTENT_SIDE = 1.12;
const EXTENT_DOWN = 0.0;

function boxQuad({ x, y, width, height }: Box): Quad {
  const half = (Math.max(width, height) * BOX_SIDE) / 2;
  return squareQuad({ x: x + width / 2, y: y + height / 2 + half * BOX_DOWN }, { x: half, y: 0 });
}

function middle(values: readonly number[]): number {
  return (Math.max(...values) + Math.min(...values)) / 2;
}

/** The smallest box around points, along the axis `direction` (a unit vector), as a square crop. */
function uprightQuad(landmarks: readonly Point[]): Quad {
  const [leftEye, rightEye] = fivePoints(landmarks) as [Point, Point];
  const across = addScaled(rightEye, leftEye, -1);
  const length = Math.hypot(across.x, across.y) || 1;
  const direction = { x: across.x / length, y: across.y / length };
  const down = { x: -direction.y, y: direction.x };
  const along = landmarks.map(({ x, y }) => x * direction.x + y * direction.y);
  const below = landmarks.map(({ x, y }) => x * down.x + y * down.y);
  const extent = Math.max(Math.max(...along) - Math.min(...along), Math.max(...below) - Math.min(...below));
  const half = (extent * EXTENT_SIDE) / 2;
  const origin = { x: direction.x * middle(along), y: direction.y * middle(along) };
  const centre = addScaled(origin, down, middle(below) + half * EXTENT_DOWN);
  return squareQuad(centre, { x: direction.x * half, y: direction.y * half });
}

async function look({ session, photo }: LandmarkScene, quad: Quad): Promise<readonly Point[]> {
  const input = toSigned(readSquare(photo, quad, LANDMARK_SIZE));
  const shape = [1, LANDMARK_SIZE, LANDMARK_SIZE, 3];
  const { points } = await session.run({ image: { data: input.data, shape } }, ['points']);
  const across = addScaled(quad.topRight, quad.topLeft, -1);
  const down = addScaled(quad.bottomLeft, quad.topLeft, -1);
  return Array.from({ length: LANDMARK_COUNT }, (_, index) => {
    const u = points?.data[2 * index] as number;
    const v = points?.data[2 * index + 1] as number;
    return addScaled(addScaled(quad.topLeft, across, u), down, v);
  });
}

/** The landmarks of the face in `box`, in photo pixels. */
export async function findLandmarks(scene: LandmarkScene, box: Box): Promise<readonly Point[]> {
  const first = await look(scene, boxQuad(box));
  return look(scene, uprightQuad(first));
}
