import { FACE_CENTRE, headAngles, movePoints, rotationFromEuler } from '@mfim/face3d';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { correctPitch } from '../src/synthesis/correct-pitch.ts';

const DEGREES = 180 / Math.PI;

test('law: the pitch grows by the same factor, yaw, roll and the place of the face stay', () => {
  const angle = (most: number) => fc.double({ min: -most, max: most, noNaN: true });
  fc.assert(
    fc.property(angle(0.6), angle(1), angle(0.5), fc.tuple(angle(10), angle(10), fc.double({ min: -200, max: -30, noNaN: true })), (pitch, yaw, roll, translation) => {
      const motion = { rotation: rotationFromEuler('hopenet', { pitch, yaw, roll }), translation };
      const corrected = correctPitch(motion);
      const angles = headAngles(corrected.rotation);
      expect(angles.pitch).toBeCloseTo(1.32 * pitch * DEGREES, 6);
      expect(angles.yaw).toBeCloseTo(yaw * DEGREES, 6);
      expect(angles.roll).toBeCloseTo(roll * DEGREES, 6);
      const centre = movePoints(FACE_CENTRE, motion);
      movePoints(FACE_CENTRE, corrected).forEach((value, axis) => expect(value).toBeCloseTo(centre[axis]!, 6));
    }),
  );
});
