/** Linear light and the sRGB curve of pictures (IEC 61966-2-1). */

/** Red, green, blue. */
export type Colour = readonly [number, number, number];

/** @param value 0 to 1 as in a file; @returns light, 0 to 1 */
export function toLinear(value: number): number {
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** @param light 0 to 1; @returns 0 to 1 as in a file */
export function fromLinear(light: number): number {
  return light <= 0.0031308 ? light * 12.92 : 1.055 * light ** (1 / 2.4) - 0.055;
}

/** A colour written as in style sheets, #rrggbb, as light. */
export function linearColour(hex: string): Colour {
  const channel = (at: number): number => toLinear(Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  return [channel(1), channel(3), channel(5)];
}

/** Between two colours, 0 the first. */
export function mixColours(first: Colour, second: Colour, share: number): Colour {
  return [first[0] + share * (second[0] - first[0]), first[1] + share * (second[1] - first[1]), first[2] + share * (second[2] - first[2])];
}

/** 0 below `from`, 1 above `to`, smooth between. */
export function smoothStep(from: number, to: number, value: number): number {
  const share = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return share * share * (3 - 2 * share);
}
