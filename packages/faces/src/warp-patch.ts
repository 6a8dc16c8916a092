/**
 * A crop brought back to its place in the photo: the inverse of the alignment, for the pixels under
 * the mask. The crop is first resampled to the size that it has in the photo (antialiased), then read
 * with a cubic kernel.
 */
import type { ByteImage } from '@mfim/tensor-contracts';
import type { Box } from './box.ts';
import { quadCorners, quadSide } from './ffhq-quad.ts';
import type { Quad } from './ffhq-quad.ts';
import { pasteWeight } from './paste-mask.ts';
import type { PasteRegion } from './paste-mask.ts';
import { resample } from './resample.ts';
import { sampleBicubic } from './sample-bicubic.ts';

/** Pixels that lie over a part of a photo. */
export interface Patch {
  /** Where in the photo; whole numbers, inside of the photo. */
  readonly box: Box;
  /** RGB bytes of the box. */
  readonly colours: Uint8Array;
  /** How much of each pixel counts, 0 to 1. */
  readonly weights: Float32Array;
  /** How much of each pixel is face rather than hair or background, 0 to 1; at most where `weights` is not 0. */
  readonly faceShares: Float32Array;
}

/** Which part of the crop counts, and how softly it ends. */
export interface PatchShape {
  readonly quad: Quad;
  readonly region: PasteRegion;
  readonly feather: number;
}

/** Crops are not enlarged beyond this side; the cubic kernel does the rest. */
const LARGEST_SIDE = 4096;
/** The middle of the face, well inside of its outline. */
const FACE_FEATHER = 0.3;

function boxInPhoto(quad: Quad, photo: ByteImage): Box {
  const corners = quadCorners(quad);
  const xs = corners.map((corner) => corner.x);
  const ys = corners.map((corner) => corner.y);
  const x = Math.max(0, Math.floor(Math.min(...xs)));
  const y = Math.max(0, Math.floor(Math.min(...ys)));
  const right = Math.min(photo.width, Math.ceil(Math.max(...xs)) + 1);
  const bottom = Math.min(photo.height, Math.ceil(Math.max(...ys)) + 1);
  return { x, y, width: Math.max(0, right - x), height: Math.max(0, bottom - y) };
}

/** Photo pixel to the crop's unit square; corners of the quad are the corners of the unit square. */
function toUnitSquare(quad: Quad): (x: number, y: number) => readonly [number, number] {
  const { topLeft, topRight, bottomLeft } = quad;
  const [acrossX, acrossY] = [topRight.x - topLeft.x, topRight.y - topLeft.y];
  const [downX, downY] = [bottomLeft.x - topLeft.x, bottomLeft.y - topLeft.y];
  const area = acrossX * downY - acrossY * downX;
  return (x, y) => {
    const [offX, offY] = [x - topLeft.x, y - topLeft.y];
    return [(offX * downY - offY * downX) / area, (offY * acrossX - offX * acrossY) / area];
  };
}

/** Brings `crop` (RGB, square) to its place in `photo`. */
export function warpPatch(photo: ByteImage, crop: ByteImage, { quad, region, feather }: PatchShape): Patch {
  const side = Math.min(LARGEST_SIDE, Math.max(1, Math.round(quadSide(quad))));
  const fitted = side === crop.width ? crop : resample(crop, { width: side, height: side }, 'lanczos');
  const box = boxInPhoto(quad, photo);
  const toUnit = toUnitSquare(quad);
  // A clamped array rounds to the nearest byte.
  const colours = new Uint8ClampedArray(box.width * box.height * 3);
  const weights = new Float32Array(box.width * box.height);
  const faceShares = new Float32Array(weights.length);
  const colour = new Float64Array(3);
  for (let pixel = 0; pixel < weights.length; pixel += 1) {
    const column = pixel % box.width;
    const [u, v] = toUnit(box.x + column, box.y + (pixel - column) / box.width);
    const weight = pasteWeight(region, feather, [u, v]);
    if (weight === 0) continue;
    weights[pixel] = weight;
    faceShares[pixel] = pasteWeight('face', FACE_FEATHER, [u, v]);
    sampleBicubic(fitted, [u * side - 0.5, v * side - 0.5], colour);
    colours.set(colour, pixel * 3);
  }
  return { box, colours: new Uint8Array(colours.buffer), weights, faceShares };
}
