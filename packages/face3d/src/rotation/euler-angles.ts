/**
 * Pitch, yaw and roll in the three conventions of face networks, all of them about the axes of rotation-matrix.ts:
 *
 *     3ddfa-v2   R = Rz(roll)   Ry(-yaw) Rx(pitch)   3DDFA_V2's utils/pose.py; pitch above 0 looks down
 *     hopenet    R = Rx(-pitch) Ry(-yaw) Rz(-roll)   300W-LP's RotationMatrix.m, thus HopeNet, FSA-Net and 6DRepNet
 *     deep3d     R = Rz(roll)   Ry(yaw)  Rx(pitch)   Deep3DFaceRecon's compute_rotation
 *
 * A yaw above 0 looks to the left of the picture in the first two, to the right in the third. DECA has no Euler angles: its
 * pose is axis-angle. The middle angle, yaw, lies in [-90, 90] degrees; there the outer two are not unique and roll is 0.
 */
import { composeRotations, elementaryRotation } from './rotation-matrix.ts';
import type { Axis, RotationMatrix } from './rotation-matrix.ts';

/** Radians. */
export interface EulerAngles {
  readonly pitch: number;
  readonly yaw: number;
  readonly roll: number;
}

/** Whose angles. */
export type EulerConvention = '3ddfa-v2' | 'hopenet' | 'deep3d';

/** What a convention is: which axis is leftmost, and the sign of pitch, yaw and roll. */
export interface EulerRule {
  readonly leftmost: Axis;
  readonly signs: readonly [number, number, number];
}

/** The three conventions. */
export const EULER_RULES: Readonly<Record<EulerConvention, EulerRule>> = {
  '3ddfa-v2': { leftmost: 2, signs: [1, -1, 1] },
  hopenet: { leftmost: 0, signs: [-1, -1, -1] },
  deep3d: { leftmost: 2, signs: [1, 1, 1] },
};

/** cos(yaw) below which pitch and roll cannot be told apart. */
const GIMBAL_LOCK = 1e-7;

/** The rotation of three angles. */
export function rotationFromEuler(convention: EulerConvention, { pitch, yaw, roll }: EulerAngles): RotationMatrix {
  const { leftmost, signs } = EULER_RULES[convention];
  const x = elementaryRotation(0, signs[0] * pitch);
  const y = elementaryRotation(1, signs[1] * yaw);
  const z = elementaryRotation(2, signs[2] * roll);
  return leftmost === 2 ? composeRotations(z, composeRotations(y, x)) : composeRotations(x, composeRotations(y, z));
}

/** Angles of Rz(c) Ry(b) Rx(a). */
function anglesZyx(rotation: RotationMatrix): readonly [number, number, number] {
  const cosine = Math.hypot(rotation[0]!, rotation[3]!);
  const b = Math.atan2(-rotation[6]!, cosine);
  if (cosine < GIMBAL_LOCK) return [Math.atan2(-rotation[5]!, rotation[4]!), b, 0];
  return [Math.atan2(rotation[7]!, rotation[8]!), b, Math.atan2(rotation[3]!, rotation[0]!)];
}

/** Angles of Rx(a) Ry(b) Rz(c). */
function anglesXyz(rotation: RotationMatrix): readonly [number, number, number] {
  const cosine = Math.hypot(rotation[0]!, rotation[1]!);
  const b = Math.atan2(rotation[2]!, cosine);
  if (cosine < GIMBAL_LOCK) return [Math.atan2(rotation[7]!, rotation[4]!), b, 0];
  return [Math.atan2(-rotation[5]!, rotation[8]!), b, Math.atan2(-rotation[1]!, rotation[0]!)];
}

/** The angles of a rotation: pitch and roll in (-pi, pi], yaw in [-pi/2, pi/2]. */
export function eulerFromRotation(convention: EulerConvention, rotation: RotationMatrix): EulerAngles {
  const { leftmost, signs } = EULER_RULES[convention];
  const [a, b, c] = leftmost === 2 ? anglesZyx(rotation) : anglesXyz(rotation);
  return { pitch: signs[0] * a, yaw: signs[1] * b, roll: signs[2] * c };
}
