/**
 * The distances of two images that an evaluation reports, by name: l1 ([-1, 1]), psnr, ssim, and
 * lpips-squeeze where its weights are at hand.
 */
import * as tf from '@tensorflow/tfjs-core';
import { meanAbsoluteError, peakSignalToNoise, structuralSimilarity } from '@mfim/metrics';
import { toSigned } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';
import { useCpuBackend } from '../use-cpu-backend.ts';
import type { PerceptualDistance } from './perceptual-distance.ts';

/** Measures pairs of images of one size. */
export interface ImageMeasures {
  measure(first: ByteImage, second: ByteImage): Promise<Readonly<Record<string, number>>>;
  release(): Promise<void>;
}

const METRICS = [meanAbsoluteError, peakSignalToNoise, structuralSimilarity];

function tensorOf(image: ByteImage): tf.Tensor {
  return tf.tensor(toSigned(image).data, [1, image.height, image.width, 3]);
}

async function measurePixels(first: ByteImage, second: ByteImage): Promise<Record<string, number>> {
  const tensors: [tf.Tensor, tf.Tensor] = [tensorOf(first), tensorOf(second)];
  const values: Record<string, number> = {};
  for (const metric of METRICS) values[metric.name] = await metric.measure(...tensors);
  tf.dispose(tensors);
  return values;
}

/** @param perceptual LPIPS, where its weights are at hand */
export async function imageMeasures(perceptual: PerceptualDistance | undefined): Promise<ImageMeasures> {
  await useCpuBackend();
  return {
    async measure(first, second) {
      const pixels = await measurePixels(first, second);
      return perceptual === undefined ? pixels : { ...pixels, 'lpips-squeeze': await perceptual.measure(first, second) };
    },
    async release() {
      await perceptual?.release();
    },
  };
}
