/**
 * A perceptual hash of an aligned face, after pHash (Zauner 2010): the 16 x 16 lowest cosine frequencies of the grey
 * image without its mean, each one bit: above their median or not. Departures: only the face is looked at, not the
 * background, which is often replaced between two uses of one photo; 256 bits instead of 64, because aligned faces
 * agree in the lowest frequencies.
 */
import { resample } from '@mfim/faces';
import type { ByteImage } from '@mfim/tensor-contracts';

/** Bits of a hash. */
export const HASH_BITS = 256;

const SIDE = 64;
/** The face inside an aligned image of 64 pixels: columns 20 to 80 percent, rows 20 to 90 percent. */
const FACE = { left: 12, top: 12, width: 40, height: 45 } as const;
const FREQUENCIES = 16;
/** ITU-R BT.601 luma. */
const LUMA = [0.299, 0.587, 0.114] as const;
const HEX_BASE = 16;
const BITS_IN_DIGIT = 4;

const ACROSS = cosines(FACE.width);
const DOWN = cosines(FACE.height);

/**
 * @param image - an aligned square face, RGB
 * @returns 64 hexadecimal digits; nearly the same photo gives nearly the same bits (`openDuplicateFinder`)
 */
export function faceHash(image: ByteImage): string {
  const grey = greyFace(resample(image, { width: SIDE, height: SIDE }, 'box'));
  const spectrum = lowFrequencies(grey);
  const median = spectrum.toSorted()[HASH_BITS / 2] as number;
  let digits = '';
  for (let first = 0; first < HASH_BITS; first += BITS_IN_DIGIT) {
    let digit = 0;
    for (let bit = 0; bit < BITS_IN_DIGIT; bit += 1) digit = digit * 2 + Number((spectrum[first + bit] as number) > median);
    digits += digit.toString(HEX_BASE);
  }
  return digits;
}

/** Row `k - 1`: `cos(pi k (2 x + 1) / (2 length))` for x = 0..length-1, k = 1..16. */
function cosines(length: number): readonly Float64Array[] {
  return Array.from({ length: FREQUENCIES }, (_, row) =>
    Float64Array.from({ length }, (_unused, x) => Math.cos((Math.PI * (row + 1) * (2 * x + 1)) / (2 * length))),
  );
}

function greyFace({ data }: ByteImage): Float64Array {
  const grey = new Float64Array(FACE.width * FACE.height);
  for (let y = 0; y < FACE.height; y += 1) {
    for (let x = 0; x < FACE.width; x += 1) {
      const pixel = ((y + FACE.top) * SIDE + x + FACE.left) * 3;
      grey[y * FACE.width + x] = LUMA.reduce((sum, weight, channel) => sum + weight * (data[pixel + channel] as number), 0);
    }
  }
  return grey;
}

/** The separable transform: rows of the image first, then columns. */
function lowFrequencies(grey: Float64Array): Float64Array {
  const spectrum = new Float64Array(HASH_BITS);
  for (const [column, across] of ACROSS.entries()) {
    const sums = Float64Array.from({ length: FACE.height }, (_, y) => dot(across, grey.subarray(y * FACE.width, (y + 1) * FACE.width)));
    for (const [row, down] of DOWN.entries()) spectrum[row * FREQUENCIES + column] = dot(down, sums);
  }
  return spectrum;
}

function dot(left: Float64Array, right: Float64Array): number {
  return left.reduce((sum, value, index) => sum + value * (right[index] as number), 0);
}
