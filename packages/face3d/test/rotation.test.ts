import { InputError } from '@mfim/tensor-contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  EULER_RULES,
  axisAngleFromRotation,
  composeRotations,
  elementaryRotation,
  eulerFromRotation,
  headAngles,
  identityRotation,
  invertRotation,
  mirrorRotation,
  rotationDistance,
  rotationFromAxisAngle,
  rotationFromEuler,
  rotationFromSix,
  sixFromRotation,
} from '../src/index.ts';
import type { EulerConvention, RotationMatrix } from '../src/index.ts';

const CONVENTIONS = Object.keys(EULER_RULES) as EulerConvention[];
const number = (most: number): fc.Arbitrary<number> => fc.double({ min: -most, max: most, noNaN: true });
const vector = fc.tuple(number(3.1), number(3.1), number(3.1)).filter((v) => Math.hypot(...v) < 3.1);
const forward = (rotation: RotationMatrix): readonly number[] => [rotation[2]!, rotation[5]!, rotation[8]!];

describe('axis-angle', () => {
  test('value: a turn about an axis is the elementary one; half a turn and none come back', () => {
    for (const axis of [0, 1, 2] as const) {
      const turn = [0, 0, 0];
      turn[axis] = 0.7;
      expect(rotationDistance(rotationFromAxisAngle(turn), elementaryRotation(axis, 0.7))).toBeLessThan(1e-12);
      turn[axis] = Math.PI;
      expect(Math.abs(axisAngleFromRotation(rotationFromAxisAngle(turn))[axis])).toBeCloseTo(Math.PI, 6);
    }
    expect(axisAngleFromRotation(identityRotation())).toEqual([0, 0, 0]);
  });

  test('law: there and back; the angle is the length; inverses undo', () => {
    fc.assert(fc.property(vector, (v) => {
      const rotation = rotationFromAxisAngle(v);
      axisAngleFromRotation(rotation).forEach((value, axis) => expect(value).toBeCloseTo(v[axis]!, 6));
      expect(rotationDistance(rotation, identityRotation())).toBeCloseTo(Math.hypot(...v), 6);
      expect(rotationDistance(composeRotations(rotation, invertRotation(rotation)), identityRotation())).toBeLessThan(1e-7);
    }));
  });
});

describe('six numbers', () => {
  test('law: the columns of a rotation give it back, however long they are', () => {
    fc.assert(fc.property(vector, fc.double({ min: 0.1, max: 9, noNaN: true }), (v, factor) => {
      const rotation = rotationFromAxisAngle(v);
      const six = sixFromRotation(rotation).map((value) => value * factor);
      expect(rotationDistance(rotationFromSix(six), rotation)).toBeLessThan(1e-7);
    }));
  });

  test('error: parallel and vanishing columns', () => {
    expect(() => rotationFromSix([1, 0, 0, 2, 0, 0])).toThrow(InputError);
    expect(() => rotationFromSix([0, 0, 0, 0, 1, 0])).toThrow(InputError);
    expect(() => rotationFromSix([Number.NaN, 0, 0, 0, 1, 0])).toThrow(InputError);
  });
});

describe('Euler angles', () => {
  test('law: there and back in every convention, gimbal lock apart', () => {
    fc.assert(fc.property(fc.constantFrom(...CONVENTIONS), number(3.1), number(1.55), number(3.1), (convention, pitch, yaw, roll) => {
      const angles = eulerFromRotation(convention, rotationFromEuler(convention, { pitch, yaw, roll }));
      expect(angles.pitch).toBeCloseTo(pitch, 6);
      expect(angles.yaw).toBeCloseTo(yaw, 6);
      expect(angles.roll).toBeCloseTo(roll, 6);
    }));
  });

  test('law: any rotation, gimbal lock too, is that of its angles', () => {
    for (const convention of CONVENTIONS) {
      for (const yaw of [Math.PI / 2, -Math.PI / 2, 1.2]) {
        const rotation = rotationFromEuler(convention, { pitch: 0.4, yaw, roll: -0.3 });
        expect(rotationDistance(rotationFromEuler(convention, eulerFromRotation(convention, rotation)), rotation)).toBeLessThan(1e-6);
      }
    }
  });

  test('value: which way a face looks, as the header says', () => {
    const yawed = (convention: EulerConvention): number => forward(rotationFromEuler(convention, { pitch: 0, yaw: 0.5, roll: 0 }))[0]!;
    const pitched = (convention: EulerConvention): number => forward(rotationFromEuler(convention, { pitch: 0.5, yaw: 0, roll: 0 }))[1]!;
    expect(CONVENTIONS.map((convention) => Math.sign(yawed(convention)))).toEqual([-1, -1, 1]);
    expect(CONVENTIONS.map((convention) => Math.sign(pitched(convention)))).toEqual([-1, 1, -1]);
  });

  test("value: 3DDFA_V2's own formulae, asin(R20), atan2(R21, R22), atan2(R10, R00)", () => {
    const rotation = rotationFromAxisAngle([0.3, -0.5, 0.2]);
    const { pitch, yaw, roll } = eulerFromRotation('3ddfa-v2', rotation);
    expect(yaw).toBeCloseTo(Math.asin(rotation[6]!), 9);
    expect(pitch).toBeCloseTo(Math.atan2(rotation[7]!, rotation[8]!), 9);
    expect(roll).toBeCloseTo(Math.atan2(rotation[3]!, rotation[0]!), 9);
  });

  test("value: a head's angles are HopeNet's, in degrees", () => {
    const found = headAngles(rotationFromEuler('hopenet', { pitch: Math.PI / 18, yaw: Math.PI / 6, roll: -Math.PI / 9 }));
    expect([found.pitch, found.yaw, found.roll].map((angle) => Number(angle.toFixed(9)))).toEqual([10, 30, -20]);
  });

  test('law: in the mirror a head looks as far up, as far to the other side, and leans the other way; twice it is as it was', () => {
    const rotation = rotationFromEuler('hopenet', { pitch: 0.2, yaw: 0.6, roll: -0.3 });
    const { pitch, yaw, roll } = eulerFromRotation('hopenet', mirrorRotation(rotation));
    expect([pitch, yaw, roll].map((angle) => Number(angle.toFixed(9)))).toEqual([0.2, -0.6, 0.3]);
    expect(mirrorRotation(mirrorRotation(rotation))).toEqual(rotation);
  });
});
