/**
 * Moves the camera of a scene so that the picture is the FFHQ crop of the head in it. The crop is a turn, a scale and a shift of the
 * picture; for a pinhole camera these are a roll, another focal length and another centre, so pose and camera stay exact.
 */
import { composeRotations, elementaryRotation } from '@mfim/face3d';
import type { HeadScene } from '@mfim/face3d';
import { ffhqQuad } from '@mfim/faces';

/** What the crop is taken from. */
export interface Framing {
  /** [68, 2], pixels of the picture as the scene's camera sees it. */
  readonly landmarks: ArrayLike<number>;
  /** Side of the crop in pixels. */
  readonly size: number;
}

/** @throws InputError when the landmarks fall on one point */
export function frameAsFfhq(scene: HeadScene, { landmarks, size }: Framing): HeadScene {
  const points = Array.from({ length: landmarks.length / 2 }, (_, index) => ({ x: landmarks[index * 2]!, y: landmarks[index * 2 + 1]! }));
  const { topLeft, topRight } = ffhqQuad(points);
  const side = Math.hypot(topRight.x - topLeft.x, topRight.y - topLeft.y);
  const [cosine, sine] = [(topRight.x - topLeft.x) / side, (topRight.y - topLeft.y) / side];
  const { camera, motion } = scene;
  const scale = size / side;
  const [x, y] = [camera.centre[0] - topLeft.x, camera.centre[1] - topLeft.y];
  // The picture's y points down, the camera's up: turning the crop back by an angle rolls the head by that angle.
  const roll = elementaryRotation(2, Math.atan2(sine, cosine));
  const translation = [0, 1, 2].map((row) => [0, 1, 2].reduce((sum, axis) => sum + roll[row * 3 + axis]! * motion.translation[axis]!, 0));
  return {
    ...scene,
    camera: { focal: camera.focal * scale, centre: [scale * (cosine * x + sine * y), scale * (cosine * y - sine * x)] },
    motion: { rotation: composeRotations(roll, motion.rotation), translation },
  };
}
