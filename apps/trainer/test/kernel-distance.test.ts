/** The distance by which pretraining keeps its best checkpoint: its estimator, and what it says of a generator. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { generatorDistance } from '../src/pretraining/generator-distance.ts';
import { kernelDistance, meanWithin } from '../src/pretraining/kernel-distance.ts';
import type { FeatureSet } from '../src/pretraining/kernel-distance.ts';
import { pretrainingStage } from '../src/pretraining/pretraining-stage.ts';
import { randomStream } from '../src/pretraining/random-stream.ts';
import { squeezeFeatures } from '../src/pretraining/squeeze-features.ts';
import { imagesFrom } from '../src/training/training-set.ts';
import type { TrainingSet } from '../src/training/training-set.ts';
import { openSmall, smallPretraining } from './pretraining-small-run.ts';

beforeAll(() => tf.setBackend('cpu'));

const set = (width: number, ...values: readonly number[]): FeatureSet => ({ width, rows: Float32Array.from(values) });


describe('kernel distance', () => {
  test('a value computed by hand: within 1 and 8, between 1', () => {
    expect(meanWithin(set(1, 1, 1))).toBe(8);
    expect(kernelDistance(set(1, 0, 0), set(1, 1, 1))).toBe(7);
  });

  test('law: symmetric, and blind to the order of the images', () => {
    const vectors = fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })), { minLength: 2, maxLength: 6 });
    fc.assert(
      fc.property(vectors, vectors, (one, other) => {
        const distance = kernelDistance(set(2, ...one.flat()), set(2, ...other.flat()));
        expect(kernelDistance(set(2, ...other.flat()), set(2, ...one.flat()))).toBeCloseTo(distance, 6);
        expect(kernelDistance(set(2, ...one.toReversed().flat()), set(2, ...other.flat()))).toBeCloseTo(distance, 6);
      }),
    );
  });

  test('has no bias: few samples of one distribution differ by 0 in the mean, of two by more', () => {
    const random = randomStream(1);
    const sample = (shift: number): FeatureSet => ({ width: 4, rows: Float32Array.from({ length: 24 }, () => random.normal() + shift) });
    const times = 2000;
    const mean = (shift: number): number => Array.from({ length: times }, () => kernelDistance(sample(0), sample(shift))).reduce((sum, distance) => sum + distance / times, 0);
    expect(Math.abs(mean(0))).toBeLessThan(0.1);
    expect(mean(1)).toBeGreaterThan(2);
  });
});

const SIZE = 8;
const PHOTOS = 12;

/** Photo n is noise of seed n. */
function noise(heldOut: readonly number[] = []): TrainingSet & { readonly read: ReturnType<typeof vi.fn> } {
  const training = Array.from({ length: PHOTOS }, (_, number) => number).filter((number) => !heldOut.includes(number));
  const read = vi.fn(async (numbers: readonly number[]) => Uint8Array.from(numbers.flatMap((number) => {
    const random = randomStream(number + 1);
    return Array.from({ length: SIZE * SIZE * 3 }, () => Math.floor(256 * random.uniform()));
  })));
  return { dataset: { index: { size: SIZE, count: PHOTOS, images: [] } as never, size: SIZE, count: PHOTOS, read, numbersOf: () => training, checkLength: async () => undefined, close: async () => undefined }, training, targets: training, heldOut, read };
}

/** Means over quarters of the image, and a constant. */
const features = (images: tf.Tensor): tf.Tensor => tf.tidy(() => tf.add(tf.reshape(tf.avgPool(images as tf.Tensor4D, 4, 4, 'valid'), [images.shape[0] as number, -1]), 0.5));

describe('a generator', () => {
  test('is measured the same twice, on as many images as asked, and leaves nothing behind; photos are read once', async () => {
    const { run, state } = openSmall(smallPretraining());
    const data = noise();
    const distance = generatorDistance({ features, data, images: 10, seed: 1, atOnce: 4 });
    const first = await distance(run.context.model, state.average);
    const [tensors, reads] = [tf.memory().numTensors, data.read.mock.calls.length];
    expect(await distance(run.context.model, state.average)).toBe(first);
    expect(Number.isFinite(first)).toBe(true);
    expect([tf.memory().numTensors, data.read.mock.calls.length]).toEqual([tensors, reads]);
    expect(data.read.mock.calls.flat(2)).toHaveLength(10);
  });

  test('is held against held-out photos where there are enough, else against all others', async () => {
    const { run, state } = openSmall(smallPretraining());
    const read = async (heldOut: readonly number[]): Promise<readonly number[]> => {
      const data = noise(heldOut);
      await generatorDistance({ features, data, images: 4, seed: 1, atOnce: 8 })(run.context.model, state.average);
      return data.read.mock.calls.flat(2) as number[];
    };
    expect(await read([3, 5, 7, 9])).toEqual([3, 5, 7, 9]);
    expect(await read([3])).toEqual([0, 2, 6, 9]);
  });

  test('gives a snapshot its score: the smaller the distance, the better', async () => {
    const stage = pretrainingStage(smallPretraining(), noise(), async () => 0.25);
    expect(await stage.snapshot(await stage.start())).toMatchObject({ measures: { kernelDistance: 0.25 }, score: -0.25 });
    expect((await pretrainingStage(smallPretraining(), noise()).snapshot(await stage.start())).score).toBeUndefined();
  });
});

const WEIGHTS = fileURLToPath(new URL('../../../../shared/data/weights/lpips/squeezenet1_1-features.pth', import.meta.url));

describe.skipIf(!existsSync(WEIGHTS))("SqueezeNet's features (skipped where ../shared/data is not beside the checkout)", () => {
  test('tell noise from gradients', async () => {
    const seen = await squeezeFeatures(WEIGHTS);
    const side = 32;
    const picture = (at: (position: number) => number): tf.Tensor4D => imagesFrom(Uint8Array.from({ length: side * side * 3 }, (_, position) => at(position)), side);
    const random = randomStream(3);
    const gradients = (from: number): tf.Tensor => tf.concat([0, 1, 2, 3].map((step) => picture((position) => (Math.floor(position / (3 * side)) * 4 + from + 7 * step) % 256)));
    const noises = tf.concat([0, 1, 2, 3].map(() => picture(() => Math.floor(256 * random.uniform()))));
    const sets = [gradients(0), gradients(40), noises].map((images) => ({ width: 512, rows: seen(images).dataSync() as Float32Array }));
    const [one, other, noisy] = sets as [FeatureSet, FeatureSet, FeatureSet];
    expect(kernelDistance(one, noisy)).toBeGreaterThan(10 * Math.abs(kernelDistance(one, other)));
  });

  test('need their weights: a path without any is refused', async () => {
    await expect(squeezeFeatures(`${WEIGHTS}.absent`)).rejects.toThrow(/expected a weight file/);
  });
});
