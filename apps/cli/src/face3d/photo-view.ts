/**
 * From the FFHQ crop back to the photo. The crop is a turn, a scale and a shift of the photo; for a pinhole camera these are a roll,
 * another focal length and another centre, so that a head before the crop's camera is as exactly one before the photo's.
 */
import { elementaryRotation, composeRotations, movePoints } from '@mfim/face3d';
import type { PerspectiveCamera, RigidMotion } from '@mfim/face3d';
import type { Quad } from '@mfim/faces';

/** A head's place and who looks at it. */
export interface HeadView {
  readonly motion: RigidMotion;
  readonly camera: PerspectiveCamera;
}

/** The crop's corners are given for pixels whose centres are at whole numbers; a camera's pixel 0 covers 0 to 1. */
const HALF_PIXEL = 0.5;

/**
 * @param view over the crop, in shares of its side, x to the right, y down
 * @param quad where the crop lies, in photo pixels
 * @returns the same head over the photo, in pixels
 */
export function photoView({ motion, camera }: HeadView, { topLeft, topRight }: Quad): HeadView {
  const [right, down] = [topRight.x - topLeft.x, topRight.y - topLeft.y];
  const side = Math.hypot(right, down);
  // The picture's y points down, the camera's up: the crop undid a roll by the negative of its own turn.
  const roll = elementaryRotation(2, -Math.atan2(down, right));
  const [x, y] = camera.centre;
  return {
    motion: { rotation: composeRotations(roll, motion.rotation), translation: movePoints(motion.translation, { rotation: roll, translation: [0, 0, 0] }) },
    camera: { focal: camera.focal * side, centre: [topLeft.x + HALF_PIXEL + right * x - down * y, topLeft.y + HALF_PIXEL + down * x + right * y] },
  };
}
