/** A head's pose as three angles in degrees, as HopeNet, FSA-Net and 6DRepNet say it (`hopenet` of euler-angles.ts). */
import { eulerFromRotation } from './euler-angles.ts';
import type { RotationMatrix } from './rotation-matrix.ts';

/** Degrees: yaw above 0 looks to the left of the picture, pitch above 0 up, roll above 0 leans clockwise. */
export interface HeadAngles {
  readonly yaw: number;
  readonly pitch: number;
  readonly roll: number;
}

const DEGREES = 180 / Math.PI;

/** The angles of a head before a camera. */
export function headAngles(rotation: RotationMatrix): HeadAngles {
  const { yaw, pitch, roll } = eulerFromRotation('hopenet', rotation);
  return { yaw: DEGREES * yaw, pitch: DEGREES * pitch, roll: DEGREES * roll };
}
