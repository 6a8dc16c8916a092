import { styleCodes, styleTable } from '@mfim/tensor-contracts';
import { describe, expect, test } from 'vitest';
import { SELF_TEST_TOLERANCE, selfTestDifference, syntheticFace } from '../src/engine/self-test.ts';
import type { SelfTestAnswer } from '../src/engine/self-test.ts';

const table = styleTable(8, { base: 32, maximum: 8 });

function answer(change: { readonly code?: number; readonly map?: number; readonly level?: number } = {}): SelfTestAnswer {
  const codes = Float32Array.from({ length: table.totalWidth }, (_, index) => Math.sin(index));
  const map = Float32Array.from({ length: 16 }, (_, index) => Math.cos(index));
  const picture = syntheticFace(8);
  codes[3] = (codes[3] as number) + (change.code ?? 0);
  map[5] = (map[5] as number) + (change.map ?? 0);
  picture.data[7] = (picture.data[7] as number) + (change.level ?? 0);
  return { face: { codes: styleCodes(table, codes), maps: new Map([[1, map]]) }, picture };
}

describe('selfTestDifference', () => {
  test('nothing for the same answer, little for rounding', () => {
    expect(selfTestDifference(answer(), answer())).toBe(0);
    expect(selfTestDifference(answer(), answer({ code: 1e-4, map: 1e-4, level: 1 }))).toBeLessThan(SELF_TEST_TOLERANCE);
  });

  test.each([{ code: 0.05 }, { map: -0.05 }, { level: 12 }])('one wrong number is seen: %o', (change) => {
    expect(selfTestDifference(answer(), answer(change))).toBeGreaterThan(SELF_TEST_TOLERANCE);
  });

  test('not a number, or a missing map, is wrong', () => {
    expect(selfTestDifference(answer(), answer({ code: Number.NaN })) <= SELF_TEST_TOLERANCE).toBe(false);
    const other = answer();
    expect(selfTestDifference(answer(), { ...other, face: { ...other.face, maps: new Map() } }) <= SELF_TEST_TOLERANCE).toBe(false);
  });
});

test('the synthetic face is the same everywhere, and uses the whole range', () => {
  const { data } = syntheticFace(64);
  expect(Math.max(...data) - Math.min(...data)).toBeGreaterThan(240);
  expect(syntheticFace(64).data).toEqual(data);
});
