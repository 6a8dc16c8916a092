/**
 * The content of a square quad at a given size, antialiased: the quad is read at a whole multiple
 * of the size, so that no pixel of the photo is skipped, then averaged.
 */
import type { ByteImage } from '@mfim/tensor-contracts';
import { moveQuad, quadSide } from './ffhq-quad.ts';
import type { Quad } from './ffhq-quad.ts';
import { quadTransform } from './quad-transform.ts';
import { resample } from './resample.ts';

const MOST_OVERSAMPLING = 16;

/**
 * @param quad corners in photo pixels (pixel centres are whole numbers); black outside of the photo
 * @param size side of the result
 */
export function readSquare(image: ByteImage, quad: Quad, size: number): ByteImage {
  const oversampling = Math.min(MOST_OVERSAMPLING, Math.max(1, Math.ceil(quadSide(quad) / size)));
  const large = quadTransform(image, moveQuad(quad, 1, { x: 0.5, y: 0.5 }), size * oversampling);
  return oversampling === 1 ? large : resample(large, { width: size, height: size }, 'box');
}
