import { InputError } from '@mfim/tensor-contracts';
import { describe, expect, test } from 'vitest';
import { headMirror, landmarksAtVertices, morphVertices } from '../src/index.ts';
import type { HeadModel } from '../src/index.ts';

/** Two points on either side and one in the middle; mode 0 is symmetric, mode 1 turns into its negative. */
function tinyHead(changes: { readonly mode?: readonly number[]; readonly names?: readonly string[]; readonly mean?: readonly number[] } = {}): HeadModel {
  const mean = Float32Array.from(changes.mean ?? [-3, 1, 2, 3, 1, 2, 0, 0, 4]);
  return {
    basis: {
      name: 'tiny',
      mean,
      identity: Float32Array.of(1, 0.5, 0, -1, 0.5, 0, 0, 0, 1, ...(changes.mode ?? [0.5, 0, 1, 0.5, 0, -1, 1, 0, 0])),
      expression: new Float32Array(27),
      triangles: Int32Array.of(0, 1, 2),
      landmarks: landmarksAtVertices([0, 1, 2]),
      millimetresPerUnit: 10,
    },
    triangleGroups: Uint8Array.of(4),
    cornerUv: new Float32Array(6),
    expressionNames: changes.names ?? ['blink_L', 'blink_R', 'jawOpen'],
  };
}

describe('headMirror', () => {
  test('finds what is symmetric, what turns into its negative, and what changes sides', () => {
    expect(headMirror(tinyHead())).toEqual({ identitySigns: [1, -1], expressionOrder: [1, 0, 2], landmarkOrder: [1, 0, 2] });
  });

  test('law: a mirrored head is the head of the mirrored coefficients', () => {
    const model = tinyHead();
    const { identitySigns, landmarkOrder } = headMirror(model);
    const identity = [0.7, -1.3];
    const head = morphVertices(model.basis, { identity, expression: [] });
    const other = morphVertices(model.basis, { identity: identity.map((value, mode) => identitySigns[mode]! * value), expression: [] });
    landmarkOrder.forEach((from, to) => [0, 1, 2].forEach((axis) => expect(other[to * 3 + axis]).toBeCloseTo((axis === 0 ? -1 : 1) * head[from * 3 + axis]!, 6)));
  });

  test.each([
    ['a mode that is neither', { mode: [1, 0, 0, 0, 0, 0, 0, 0, 0] }, 'mode 1'],
    ['a mean that is not symmetric', { mean: [-3, 1, 2, 3, 2, 2, 0, 0, 4] }, 'sides differ'],
    ['an expression of one side', { names: ['blink_L', 'smile_R', 'jawOpen'] }, 'blink_L on one side'],
  ])('refuses %s', (_, changes, message) => {
    expect(() => headMirror(tinyHead(changes))).toThrow(InputError);
    expect(() => headMirror(tinyHead(changes))).toThrow(message);
  });
});
