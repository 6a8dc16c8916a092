/**
 * Puts a crop back into the photo that it was cut from: inverse of the alignment, colours of the
 * photo, feathered mask. The result has the photo's size and alpha; pixels outside of the mask are
 * the photo's own, bit for bit.
 */
import { InputError, ShapeError } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';
import { transferColours } from './colour-transfer.ts';
import { ffhqQuad } from './ffhq-quad.ts';
import type { Quad } from './ffhq-quad.ts';
import type { PasteRegion } from './paste-mask.ts';
import type { Point } from './point.ts';
import { warpPatch } from './warp-patch.ts';
import type { Patch } from './warp-patch.ts';
import { withoutAlpha } from './without-alpha.ts';

/** How to paste. */
export interface PasteOptions {
  /** Width of the soft border in units of the crop's side, 0 to 0.5; default 0.12. */
  readonly feather?: number;
  /** Whether the crop takes over the photo's colours under the mask; default true. */
  readonly colourTransfer?: boolean;
  /** `face` (default): forehead, cheeks, chin. `crop`: all of the crop, hair and background too. */
  readonly region?: PasteRegion;
}

const DEFAULT_FEATHER = 0.12;
const LARGEST_FEATHER = 0.5;

function checkCrop(crop: ByteImage): void {
  if (crop.width === crop.height && crop.width > 0) return;
  throw new ShapeError({
    where: 'pasteBack',
    expected: 'a square crop',
    got: `${crop.width} x ${crop.height}`,
    remedy: 'pass a crop of alignFfhq, or what a network made of it',
  });
}

function checkFeather(feather: number): number {
  if (feather >= 0 && feather <= LARGEST_FEATHER) return feather;
  throw new InputError({
    where: 'pasteBack feather',
    expected: `a number from 0 to ${LARGEST_FEATHER}`,
    got: String(feather),
    remedy: `leave it out for ${DEFAULT_FEATHER}`,
  });
}

function isQuad(place: readonly Point[] | Quad): place is Quad {
  return 'topLeft' in place;
}

function blend(photo: ByteImage, { box, colours, weights }: Patch): ByteImage {
  const data = photo.data.slice();
  for (let pixel = 0; pixel < weights.length; pixel += 1) {
    const weight = weights[pixel] as number;
    if (weight === 0) continue;
    const column = pixel % box.width;
    const start = ((box.y + (pixel - column) / box.width) * photo.width + box.x + column) * photo.channels;
    for (let channel = 0; channel < 3; channel += 1) {
      const own = data[start + channel] as number;
      data[start + channel] = Math.round(own + weight * ((colours[pixel * 3 + channel] as number) - own));
    }
  }
  return { ...photo, data };
}

/**
 * Pastes a crop back.
 *
 * @param photo RGB or RGBA; alpha is kept
 * @param crop square, of any size
 * @param place the 68 landmarks that the crop was aligned by, or the quad that it was cut from
 * @returns a new picture of the photo's size
 * @throws ShapeError when the crop is not square or the landmarks are not 68; InputError when the
 *   feather is out of range
 */
// oxlint-disable-next-line eslint/max-params -- what, onto what, where; and how, which is seldom given
export function pasteBack(
  photo: ByteImage,
  crop: ByteImage,
  place: readonly Point[] | Quad,
  options: PasteOptions = {},
): ByteImage {
  checkCrop(crop);
  const feather = checkFeather(options.feather ?? DEFAULT_FEATHER);
  const quad = isQuad(place) ? place : ffhqQuad(place);
  const patch = warpPatch(photo, withoutAlpha(crop), { quad, region: options.region ?? 'face', feather });
  return blend(photo, options.colourTransfer === false ? patch : transferColours(photo, patch));
}
