/** The test picture of tools/golden/faces_resampling.py: a hash of the position, mixed with a ramp. */
import { byteImage } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';

export function picture(width: number, height: number, channels: 3 | 4 = 3): ByteImage {
  const data = new Uint8Array(width * height * channels);
  for (let index = 0; index < data.length; index += 1) {
    const channel = index % channels;
    const x = ((index - channel) / channels) % width;
    const y = Math.floor(index / channels / width);
    const noise = (Math.imul(x, 2_654_435_761) ^ Math.imul(y, 2_246_822_519) ^ Math.imul(channel, 3_266_489_917)) >>> 24;
    const ramp = (x * 5 + y * 3 * (channel + 1)) & 255;
    data[index] = (noise + 3 * ramp) >> 2;
  }
  return byteImage(data, { width, height, channels });
}

/** The largest difference between two pictures' bytes; infinite when they have different sizes. */
export function largestDifference(first: Uint8Array, second: Uint8Array): number {
  if (first.length !== second.length) return Infinity;
  return first.reduce((largest, value, index) => Math.max(largest, Math.abs(value - (second[index] as number))), 0);
}
