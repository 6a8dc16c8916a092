/**
 * The two 8-bit float formats of "FP8 formats for deep learning" (Micikevicius et al., 2022): E5M2 is the upper half of a
 * float16; E4M3 has 4 exponent bits of bias 7, no infinity, and NaN only where all bits but the sign are set.
 */
import { fromFloat16Bits } from './half-precision.ts';

const E4M3_NAN = 0x7f;
const E4M3_BIAS = 7;

/** The number of an E5M2 byte. */
export function fromFloat8E5M2Bits(bits: number): number {
  return fromFloat16Bits(bits << 8);
}

/** The number of an E4M3 byte (`float8_e4m3fn`). */
export function fromFloat8E4M3Bits(bits: number): number {
  const magnitude = bits & E4M3_NAN;
  if (magnitude === E4M3_NAN) return Number.NaN;
  const exponent = magnitude >> 3;
  const fraction = (magnitude & 7) / 8;
  const value = exponent === 0 ? fraction * 2 ** (1 - E4M3_BIAS) : (1 + fraction) * 2 ** (exponent - E4M3_BIAS);
  return bits > E4M3_NAN ? -value : value;
}
