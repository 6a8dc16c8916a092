/** A head's pose as three angles, as HopeNet, FSA-Net and 6DRepNet say it. */
import { eulerFromRotation } from '@mfim/face3d';
import type { RotationMatrix } from '@mfim/face3d';

/** Degrees. */
export interface HeadAngles {
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
}

const DEGREES = 180 / Math.PI;

/** What they mean, for people. */
export const ANGLES_MEANING = 'degrees as HopeNet has them, R = Rx(-pitch) Ry(-yaw) Rz(-roll): yaw above 0 looks to the left of the picture, pitch above 0 up, roll above 0 leans clockwise';

/** The angles of a head before the photo's camera. */
export function headAngles(rotation: RotationMatrix): HeadAngles {
  const { yaw, pitch, roll } = eulerFromRotation('hopenet', rotation);
  return { yaw: DEGREES * yaw, pitch: DEGREES * pitch, roll: DEGREES * roll };
}
