/** The distances of two images that an evaluation reports, by name. */
import type { ByteImage } from '@mfim/tensor-contracts';
import type { PerceptualDistance } from './perceptual-distance.ts';

/** Measures pairs of images of one size. */
export interface ImageMeasures {
  measure(first: ByteImage, second: ByteImage): Promise<Readonly<Record<string, number>>>;
  release(): Promise<void>;
}

/** LPIPS is left out where its weights are not at hand. */
export function imageMeasures(perceptual: PerceptualDistance | undefined): ImageMeasures {
  return {
    async measure(first, second) {
      return perceptual === undefined ? {} : { 'lpips-squeeze': await perceptual.measure(first, second) };
    },
    async release() {
      await perceptual?.release();
    },
  };
}
