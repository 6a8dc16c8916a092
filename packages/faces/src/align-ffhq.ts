/**
 * The FFHQ crop of a face as pixels: shrink by a whole number, cut out with a border, continue over
 * the photo's border, read the quad at four times the size, shrink with Lanczos
 * (NVlabs/ffhq-dataset, `download_ffhq.py`, which has size 1024 and reads the quad at 4096).
 *
 * Departure: for another size than 1024 the quad is read at four times *that* size.
 */
import { InputError } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';
import { crop } from './crop.ts';
import { fadeBorder, roundHalfEven } from './fade-border.ts';
import { ffhqQuad, moveQuad, quadCorners, quadSide } from './ffhq-quad.ts';
import type { Quad } from './ffhq-quad.ts';
import type { Point } from './point.ts';
import { quadTransform } from './quad-transform.ts';
import { resample } from './resample.ts';
import { withoutAlpha } from './without-alpha.ts';

/** A picture and where the crop lies in it. */
interface Placed {
  readonly image: ByteImage;
  readonly quad: Quad;
}

const OVERSAMPLING = 4;
const BORDER_SHARE = 0.1;
const LEAST_BORDER = 3;
/** Padding starts when more than the border less these pixels is missing. */
const BORDER_SLACK = 4;
const PADDING_SHARE = 0.3;
const BLUR_SHARE = 0.02;
const LARGEST_SIZE = 2048;

function shrink({ image, quad }: Placed, size: number): Placed {
  const factor = Math.floor((quadSide(quad) / size) * 0.5);
  if (factor <= 1) return { image, quad };
  const width = Math.max(1, roundHalfEven(image.width / factor));
  const height = Math.max(1, roundHalfEven(image.height / factor));
  return {
    image: resample(image, { width, height }, 'lanczos'),
    quad: moveQuad(quad, 1 / factor, { x: 0, y: 0 }),
  };
}

function reachOf(quad: Quad): { left: number; top: number; right: number; bottom: number } {
  const corners = quadCorners(quad);
  const xs = corners.map(({ x }) => x);
  const ys = corners.map(({ y }) => y);
  return {
    left: Math.floor(Math.min(...xs)),
    top: Math.floor(Math.min(...ys)),
    right: Math.ceil(Math.max(...xs)),
    bottom: Math.ceil(Math.max(...ys)),
  };
}

function borderOf(quad: Quad): number {
  return Math.max(roundHalfEven(quadSide(quad) * BORDER_SHARE), LEAST_BORDER);
}

function cutOut({ image, quad }: Placed): Placed {
  const border = borderOf(quad);
  const reach = reachOf(quad);
  const x = Math.max(reach.left - border, 0);
  const y = Math.max(reach.top - border, 0);
  const width = Math.min(reach.right + border, image.width) - x;
  const height = Math.min(reach.bottom + border, image.height) - y;
  if (width <= 0 || height <= 0) {
    throw new InputError({
      where: 'alignFfhq',
      expected: 'landmarks inside of the photo',
      got: 'a face that lies outside of it',
      remedy: 'pass the photo that the landmarks were found in',
    });
  }
  return { image: crop(image, { x, y, width, height }), quad: moveQuad(quad, 1, { x: -x, y: -y }) };
}

function continueBorder({ image, quad }: Placed): Placed {
  const border = borderOf(quad);
  const reach = reachOf(quad);
  const side = quadSide(quad);
  const missing = {
    left: Math.max(-reach.left + border, 0),
    top: Math.max(-reach.top + border, 0),
    right: Math.max(reach.right - image.width + border, 0),
    bottom: Math.max(reach.bottom - image.height + border, 0),
  };
  if (Math.max(...Object.values(missing)) <= border - BORDER_SLACK) return { image, quad };
  const least = roundHalfEven(side * PADDING_SHARE);
  const padding = {
    left: Math.max(missing.left, least),
    top: Math.max(missing.top, least),
    right: Math.max(missing.right, least),
    bottom: Math.max(missing.bottom, least),
  };
  return {
    image: fadeBorder(image, padding, side * BLUR_SHARE),
    quad: moveQuad(quad, 1, { x: padding.left, y: padding.top }),
  };
}

function checkSize(size: number): void {
  if (Number.isInteger(size) && size > 0 && size <= LARGEST_SIZE) return;
  throw new InputError({
    where: 'alignFfhq',
    expected: `a whole size from 1 to ${LARGEST_SIZE}`,
    got: String(size),
    remedy: 'pass the resolution of the model, such as 256',
  });
}

/**
 * Cuts a face out as FFHQ does: upright, eyes and mouth in fixed places.
 *
 * @param photo RGB or RGBA (alpha is ignored)
 * @param landmarks 68 points in photo pixels
 * @param size side of the result in pixels
 * @returns an RGB picture, `size` x `size`
 * @throws InputError when the size is not a whole number or the face lies outside of the photo
 */
export function alignFfhq(photo: ByteImage, landmarks: readonly Point[], size: number): ByteImage {
  checkSize(size);
  const placed = { image: withoutAlpha(photo), quad: ffhqQuad(landmarks) };
  const { image, quad } = continueBorder(cutOut(shrink(placed, size)));
  const large = quadTransform(image, moveQuad(quad, 1, { x: 0.5, y: 0.5 }), size * OVERSAMPLING);
  return resample(large, { width: size, height: size }, 'lanczos');
}
