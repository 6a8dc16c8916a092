/** From light to a photo's bytes: blur of the lens, exposure and white balance, vignette, noise, the curve of film, sRGB. */
import { fromLinear } from '../render/colour.ts';
import type { PhotoLook } from './head-scene.ts';
import type { RandomSource } from '../random-source.ts';

/** Light above this is compressed, so that highlights keep some colour. */
const SHOULDER = 0.7;
const BYTE_MAX = 255;
const BLUR_REACH = 3;

/** Gaussian blur of [size, size, 3] in place, sigma in pixels. */
function blur(picture: Float32Array, size: number, sigma: number): void {
  const reach = Math.ceil(sigma * BLUR_REACH);
  const taps = Array.from({ length: 2 * reach + 1 }, (_, index) => Math.exp(-((index - reach) ** 2) / (2 * sigma * sigma)));
  const total = taps.reduce((sum, tap) => sum + tap, 0);
  const line = new Float32Array(size);
  for (const [along, across] of [[3, size * 3], [size * 3, 3]] as const) {
    for (let start = 0; start < size; start += 1) {
      for (let channel = 0; channel < 3; channel += 1) {
        const from = start * across + channel;
        for (let index = 0; index < size; index += 1) line[index] = picture[from + index * along]!;
        for (let index = 0; index < size; index += 1) {
          let sum = 0;
          for (let tap = -reach; tap <= reach; tap += 1) sum += taps[tap + reach]! * line[Math.min(size - 1, Math.max(0, index + tap))]!;
          picture[from + index * along] = sum / total;
        }
      }
    }
  }
}

const compress = (light: number): number => (light <= SHOULDER ? light : SHOULDER + (1 - SHOULDER) * (1 - Math.exp(-(light - SHOULDER) / (1 - SHOULDER))));

/**
 * @param picture [size, size, 3], linear light; changed
 * @returns RGB bytes
 */
export function developPhoto(picture: Float32Array, photo: PhotoLook, random: RandomSource): Uint8Array {
  const size = Math.sqrt(picture.length / 3);
  const sigma = photo.blur * size;
  // Below a fifth of a pixel a blur changes nothing that could be seen.
  if (sigma > 0.2) blur(picture, size, sigma);
  const bytes = new Uint8Array(size * size * 3);
  for (let pixel = 0; pixel < size * size; pixel += 1) {
    const [x, y] = [((pixel % size) + 0.5) / size - 0.5, (Math.floor(pixel / size) + 0.5) / size - 0.5];
    const gain = photo.exposure * (1 - photo.vignette * 2 * (x * x + y * y));
    const grain = random.normal() * photo.noise * 0.7;
    for (let channel = 0; channel < 3; channel += 1) {
      const light = picture[pixel * 3 + channel]! * gain * photo.balance[channel]!;
      const level = BYTE_MAX * fromLinear(Math.max(0, compress(light)));
      bytes[pixel * 3 + channel] = Math.round(Math.min(BYTE_MAX, Math.max(0, level + grain + random.normal() * photo.noise * 0.7)));
    }
  }
  return bytes;
}
