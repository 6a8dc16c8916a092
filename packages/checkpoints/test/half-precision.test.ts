import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fromBfloat16Bits, fromFloat16Bits, fromFloat32, toBfloat16Bits, toFloat16Bits, toFloat32 } from '../src/index.ts';

describe('float16', () => {
  test('law: every one of the 65536 patterns survives the way there and back', () => {
    for (let bits = 0; bits < 65_536; bits += 1) {
      const value = fromFloat16Bits(bits);
      if (Number.isNaN(value)) expect(fromFloat16Bits(toFloat16Bits(value))).toBeNaN();
      else if (toFloat16Bits(value) !== bits) expect(toFloat16Bits(value)).toBe(bits);
    }
  });

  // Values by NumPy: np.float32(x).astype(np.float16).view(np.uint16).
  test.each([
    [1, 0x3c00],
    [-2, 0xc000],
    [0.1, 0x2e66],
    [65_504, 0x7bff],
    [65_519.99, 0x7bff],
    [65_520, 0x7c00],
    [1e30, 0x7c00],
    [-Infinity, 0xfc00],
    [2 ** -24, 1],
    [2 ** -25, 0],
    [2 ** -25 * 1.0001, 1],
    [2 ** -25 * 3, 2],
    [2 ** -14, 0x0400],
    [2 ** -14 - 2 ** -26, 0x0400],
    [1 + 2 ** -11, 0x3c00],
    [1 + 2 ** -11 * 3, 0x3c02],
    [1 + 2 ** -11 + 2 ** -20, 0x3c01],
    [-0, 0x8000],
    [NaN, 0x7e00],
  ])('%d is rounded to nearest, ties to even', (value, bits) => {
    expect(toFloat16Bits(value)).toBe(bits);
  });

  test('law: no float16 lies nearer than the one chosen', () => {
    fc.assert(
      fc.property(fc.float({ min: -65_504, max: 65_504, noNaN: true }), (value) => {
        const bits = toFloat16Bits(value);
        const error = Math.abs(fromFloat16Bits(bits) - value);
        for (const other of [bits - 1, bits + 1]) {
          const neighbour = fromFloat16Bits(other & 0xffff);
          if (Number.isFinite(neighbour)) expect(error).toBeLessThanOrEqual(Math.abs(neighbour - value));
        }
      }),
    );
  });
});

describe('bfloat16', () => {
  test('law: every pattern survives the way there and back', () => {
    for (let bits = 0; bits < 65_536; bits += 1) {
      const value = fromBfloat16Bits(bits);
      if (!Number.isNaN(value) && toBfloat16Bits(value) !== bits) expect(toBfloat16Bits(value)).toBe(bits);
    }
  });

  test.each([
    [1, 0x3f80],
    [1 + 2 ** -8, 0x3f80],
    [1 + 2 ** -8 * 3, 0x3f82],
    [3.4e38, 0x7f80],
    [-Infinity, 0xff80],
    [NaN, 0x7fc0],
  ])('%d is rounded to nearest, ties to even', (value, bits) => {
    expect(toBfloat16Bits(value)).toBe(bits);
  });
});

test.each(['F16', 'BF16'] as const)('law: %s keeps what it can hold', (dtype) => {
  const data = Float32Array.of(0, 1, -1.5, 0.25, 96);
  expect(toFloat32(fromFloat32({ data, shape: [5] }, dtype))).toEqual(data);
});
