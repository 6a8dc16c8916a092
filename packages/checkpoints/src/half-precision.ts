/**
 * Conversion between float32 and the two 16-bit formats, rounding to nearest, ties to even
 * (IEEE 754-2019, section 4.3.1). float16: 1 sign, 5 exponent, 10 fraction bits; bfloat16: the upper half of
 * a float32.
 */

const scratchFloat = new Float32Array(1);
const scratchBits = new Uint32Array(scratchFloat.buffer);

const FLOAT16_INFINITY = 0x7c00;
const FLOAT16_QUIET_NAN = 0x7e00;
/** 2^-24: one unit of a float16 subnormal. */
const FLOAT16_SUBNORMAL_UNIT = 2 ** -24;
/** 2^-14: the smallest normal float16. */
const FLOAT16_SMALLEST_NORMAL = 2 ** -14;
/** Halfway between the largest float16, 65504, and the next step: from here on, infinity. */
const FLOAT16_OVERFLOW = 65_520;
const FLOAT32_INFINITY = 0x7f80_0000;
/** Moves the exponent from float32's bias 127 to float16's 15, at bit 23. */
const BIAS_DIFFERENCE = (127 - 15) << 23;
const DROPPED_BITS = 13;

function bitsOf(value: number): number {
  scratchFloat[0] = value;
  return scratchBits[0] as number;
}

/** Drops the low bits of a magnitude, rounding to nearest, ties to even. */
function roundBits(bits: number, dropped: number): number {
  const halfMinusOne = 2 ** (dropped - 1) - 1;
  const odd = (bits >>> dropped) & 1;
  return (bits + halfMinusOne + odd) >>> dropped;
}

/** Rounds a non-negative number to an integer, ties to even. */
function roundTiesToEven(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest !== 0.5) return Math.round(value);
  return floor % 2 === 0 ? floor : floor + 1;
}

/** float32 to float16 bits. Above 65504 + half a step: infinity. Any NaN: the quiet NaN. */
export function toFloat16Bits(value: number): number {
  const bits = bitsOf(value);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = Math.abs(scratchFloat[0] as number);
  if (Number.isNaN(magnitude)) return sign | FLOAT16_QUIET_NAN;
  if (magnitude >= FLOAT16_OVERFLOW) return sign | FLOAT16_INFINITY;
  if (magnitude < FLOAT16_SMALLEST_NORMAL) return sign | roundTiesToEven(magnitude / FLOAT16_SUBNORMAL_UNIT);
  return sign | roundBits((bits & 0x7fff_ffff) - BIAS_DIFFERENCE, DROPPED_BITS);
}

/** float16 bits to a number; exact. */
export function fromFloat16Bits(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >>> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * FLOAT16_SUBNORMAL_UNIT;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

/** float32 to bfloat16 bits. */
export function toBfloat16Bits(value: number): number {
  const bits = bitsOf(value);
  const sign = (bits >>> 16) & 0x8000;
  const magnitude = bits & 0x7fff_ffff;
  if (magnitude > FLOAT32_INFINITY) return sign | 0x7fc0;
  return sign | roundBits(magnitude, 16);
}

/** bfloat16 bits to a number; exact. */
export function fromBfloat16Bits(bits: number): number {
  scratchBits[0] = (bits & 0xffff) * 0x1_0000;
  return scratchFloat[0] as number;
}
