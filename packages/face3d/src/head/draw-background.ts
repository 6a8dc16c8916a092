/** What is behind a head: patches of three colours, from soft light on a wall to blurred things. */
import { smoothStep } from '../render/colour.ts';
import { valueNoise } from '../render/value-noise.ts';
import type { BackgroundLook } from './head-scene.ts';

/** @returns [size, size, 3], linear light */
export function drawBackground(size: number, { colours, patch, sharpness }: BackgroundLook, seed: number): Float32Array {
  const picture = new Float32Array(size * size * 3);
  const edge = 0.9 - 0.85 * sharpness;
  for (let row = 0; row < size; row += 1) {
    for (let column = 0; column < size; column += 1) {
      const [x, y] = [column / size / patch, row / size / patch];
      const share = smoothStep(-edge, edge, valueNoise(x + seed * 3.1, y, 0.5) + 0.25 * valueNoise(x * 2.7, y * 2.7 + seed, 5));
      const other = smoothStep(-edge, edge, valueNoise(x * 0.6, y * 0.6 + seed * 7.7, 9) - 0.2);
      const shade = 1.08 - 0.25 * (row / size) + 0.06 * valueNoise(x * 5, y * 5, 2);
      for (let channel = 0; channel < 3; channel += 1) {
        const base = colours[0][channel]! + share * (colours[1][channel]! - colours[0][channel]!);
        picture[(row * size + column) * 3 + channel] = (base + other * (colours[2][channel]! - base)) * shade;
      }
    }
  }
  return picture;
}
