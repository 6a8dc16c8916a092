/** Photos and faces made of numbers, for a finder that only looks them up. */
import type { Face } from '@mfim/faces';
import { byteImage } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';
import type { PhotoFaceFinder } from '../src/index.ts';

/** A photo of smooth colours; each seed gives another one. */
export function photoOf(seed: number, width = 160, height = 120): ByteImage {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, index) => {
    const [pixel, channel] = [Math.floor(index / 3), index % 3];
    const wave = Math.sin((pixel % width) / (9 + seed) + channel) + Math.cos(Math.floor(pixel / width) / (7 + seed * 2));
    return 128 + 60 * wave;
  });
  return byteImage(data, { width, height, channels: 3 });
}

/** 68 landmarks of an upright face around a centre; only eyes and mouth matter to the alignment. */
export function faceAt(index: number, centre: { readonly x: number; readonly y: number }, size: number): Face {
  const at = (x: number, y: number) => ({ x: centre.x + x * size, y: centre.y + y * size });
  const landmarks = Array.from({ length: 68 }, (_, point) => {
    if (point >= 36 && point < 42) return at(-0.2, -0.15);
    if (point >= 42 && point < 48) return at(0.2, -0.15);
    if (point === 48) return at(-0.15, 0.25);
    if (point === 54) return at(0.15, 0.25);
    return at(0.4 * Math.sin(point), 0.4 * Math.cos(point));
  });
  const corner = at(-0.5, -0.5);
  return { index, box: { ...corner, width: size, height: size }, score: 0.9, landmarks };
}

/** Knows which faces each photo shows; any other photo shows none. */
export function finderOf(known: ReadonlyMap<ByteImage, readonly Face[]>): PhotoFaceFinder {
  return { find: async (photo) => known.get(photo) ?? [] };
}
