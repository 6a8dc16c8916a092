/**
 * IEEE 754 binary16, rounded to nearest, ties to even (Node 20 has no `Math.f16round`).
 */
import { InputError } from '@mfim/tensor-contracts';

const LARGEST_FLOAT16 = 65504;
const MANTISSA_SHIFT = 13; // 23 mantissa bits of binary32 against 10 of binary16
const EXPONENT_REBIAS = 112; // 127 - 15
const SMALLEST_NORMAL_EXPONENT = 113;

function roundShift(value: number, shift: number): number {
  const half = 1 << (shift - 1);
  const remainder = value & ((1 << shift) - 1);
  const floor = value >>> shift;
  return remainder > half || (remainder === half && (floor & 1) === 1) ? floor + 1 : floor;
}

function float16Bits(bits: number): number {
  const sign = (bits >>> 16) & 0x8000;
  const exponent = (bits >>> 23) & 0xff;
  const mantissa = bits & 0x7fffff;
  if (exponent >= SMALLEST_NORMAL_EXPONENT) {
    return sign | roundShift(((exponent - EXPONENT_REBIAS) << 23) | mantissa, MANTISSA_SHIFT);
  }
  const shift = MANTISSA_SHIFT + SMALLEST_NORMAL_EXPONENT - exponent;
  return shift > 24 ? sign : sign | roundShift(mantissa | 0x800000, shift);
}

/**
 * The float16 bit patterns of `values`.
 * Throws `InputError` for a value that float16 cannot hold (beyond +-65504, or not finite).
 */
export function toFloat16(values: Float32Array, where: string): Uint16Array {
  const bits = new Uint32Array(values.buffer, values.byteOffset, values.length);
  const halves = new Uint16Array(values.length);
  for (let index = 0; index < values.length; index += 1) {
    const value = values[index] ?? 0;
    if (!(Math.abs(value) <= LARGEST_FLOAT16)) {
      throw new InputError({
        where,
        expected: `weights within +-${LARGEST_FLOAT16}`,
        got: `${value}`,
        remedy: "export with weights: 'float32'",
      });
    }
    halves[index] = float16Bits(bits[index] ?? 0);
  }
  return halves;
}
