/**
 * sRGB bytes to CIELAB (D65) and back (IEC 61966-2-1, CIE 15): lightness 0..100 and two opponent
 * colours in which skin tones can be shifted without changing the shading.
 */

/** L*, a*, b*, or linear or encoded red, green, blue: three numbers that are overwritten. */
export type Triple = Float64Array;

const BYTE_VALUES = 256;
const TO_LINEAR = Float64Array.from({ length: BYTE_VALUES }, (_, byte) => {
  const value = byte / (BYTE_VALUES - 1);
  return value <= 0.040_45 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
});
/** Reference white D65, so that white is L* = 100, a* = b* = 0. */
const WHITE_X = 0.950_47;
const WHITE_Z = 1.088_83;
const LINEAR_BELOW = (6 / 29) ** 3;
const SLOPE = (29 / 6) ** 2 / 3;
const OFFSET = 4 / 29;

function compress(ratio: number): number {
  return ratio > LINEAR_BELOW ? Math.cbrt(ratio) : SLOPE * ratio + OFFSET;
}

function expand(value: number): number {
  return value > 6 / 29 ? value ** 3 : (value - OFFSET) / SLOPE;
}

function encode(linear: number): number {
  const value = linear <= 0.003_130_8 ? 12.92 * linear : 1.055 * linear ** (1 / 2.4) - 0.055;
  return value * (BYTE_VALUES - 1);
}

/** Reads the RGB bytes at `start` of `data` and writes L*, a*, b* into `lab`. */
export function readLab(data: Uint8Array, start: number, lab: Triple): void {
  const red = TO_LINEAR[data[start] as number] as number;
  const green = TO_LINEAR[data[start + 1] as number] as number;
  const blue = TO_LINEAR[data[start + 2] as number] as number;
  const x = compress((0.412_456_4 * red + 0.357_576_1 * green + 0.180_437_5 * blue) / WHITE_X);
  const y = compress(0.212_672_9 * red + 0.715_152_2 * green + 0.072_175 * blue);
  const z = compress((0.019_333_9 * red + 0.119_192 * green + 0.950_304_1 * blue) / WHITE_Z);
  lab[0] = 116 * y - 16;
  lab[1] = 500 * (x - y);
  lab[2] = 200 * (y - z);
}

/** Replaces L*, a*, b* by red, green, blue in 0..255 (not rounded; outside of it for other gamuts). */
export function labToRgb(lab: Triple): void {
  const lightness = ((lab[0] as number) + 16) / 116;
  const x = expand(lightness + (lab[1] as number) / 500) * WHITE_X;
  const y = expand(lightness);
  const z = expand(lightness - (lab[2] as number) / 200) * WHITE_Z;
  lab[0] = encode(3.240_454_2 * x - 1.537_138_5 * y - 0.498_531_4 * z);
  lab[1] = encode(-0.969_266 * x + 1.876_010_8 * y + 0.041_556 * z);
  lab[2] = encode(0.055_643_4 * x - 0.204_025_9 * y + 1.057_225_2 * z);
}
