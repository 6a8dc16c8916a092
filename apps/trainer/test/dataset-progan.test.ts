import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { InputError } from '@mfim/tensor-contracts';
import { loadProgan } from '../src/dataset/load-progan.ts';
import { mergeUpsampling, upsampleConv } from '../src/dataset/merged-upsampling.ts';
import { PROGAN_SIZE, generateProgan } from '../src/dataset/progan-network.ts';
import type { ProganConv } from '../src/dataset/progan-network.ts';
import { openEngine } from '../src/engine/open-engine.ts';

const DOUBLINGS = 5;
const CHANNELS = 2;

function conv(side: number, inputs: number, outputs: number): ProganConv {
  return {
    kernel: tf.randomNormal([side, side, inputs, outputs], 0, 0.5, 'float32', side + inputs) as tf.Tensor4D,
    bias: tf.randomNormal([outputs], 0, 0.5, 'float32', outputs),
  };
}

beforeAll(() => openEngine('cpu'));

describe('merged upsampling', () => {
  test('equals nearest upsampling and a 3x3 convolution', async () => {
    const side = fc.integer({ min: 1, max: 5 });
    await fc.assert(
      fc.asyncProperty(side, side, fc.integer(), async (height, width, seed) => {
        const features = tf.randomNormal([2, height, width, 3], 0, 1, 'float32', seed) as tf.Tensor4D;
        const kernel = tf.randomNormal([3, 3, 3, 2], 0, 1, 'float32', seed + 1) as tf.Tensor4D;
        const doubled = tf.image.resizeNearestNeighbor(features, [2 * height, 2 * width]);
        const expected = tf.conv2d(doubled, kernel, 1, 'same');
        const got = upsampleConv(features, mergeUpsampling(kernel));
        expect(got.shape).toEqual(expected.shape);
        const difference = await tf.max(tf.abs(tf.sub(got, expected))).data();
        expect(difference[0]).toBeLessThan(1e-4);
      }),
      { numRuns: 20 },
    );
  });
});

describe('ProGAN', () => {
  test('gives images in [0, 1], each from its own latent, and leaks no tensor', async () => {
    const parameters = {
      first: conv(4, 512, CHANNELS),
      second: conv(3, CHANNELS, CHANNELS),
      blocks: Array.from({ length: DOUBLINGS }, () => {
        const merged = conv(3, CHANNELS, CHANNELS);
        return { upsampling: mergeUpsampling(merged.kernel), upsamplingBias: merged.bias, conv: conv(3, CHANNELS, CHANNELS) };
      }),
      toRgb: conv(1, CHANNELS, 3),
    };
    const latents = tf.randomNormal([2, 512], 0, 1, 'float32', 5) as tf.Tensor2D;
    const before = tf.memory().numTensors;
    const images = generateProgan(parameters, latents);
    expect(tf.memory().numTensors).toBe(before + 1);
    expect(images.shape).toEqual([2, PROGAN_SIZE, PROGAN_SIZE, 3]);
    const values = await images.data();
    expect(values.every((value) => value >= 0 && value <= 1)).toBe(true);
    const alone = await generateProgan(parameters, tf.slice(latents, [1, 0], [1, 512])).data();
    expect(alone.slice(0, 9)).toEqual(values.slice(values.length / 2, values.length / 2 + 9));
  });

  test('refuses a folder that holds something else', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'mfim-progan-'));
    await expect(loadProgan(folder)).rejects.toThrow(/fetch the package first/u);
    await writeFile(path.join(folder, 'model.json'), JSON.stringify({ format: 'layers-model' }));
    await expect(loadProgan(folder)).rejects.toThrow(InputError);
    const weights = [{ name: 'other', shape: [4], dtype: 'float32' }];
    await writeFile(path.join(folder, 'model.json'), JSON.stringify({ weightsManifest: [{ paths: ['shard.bin'], weights }] }));
    await writeFile(path.join(folder, 'shard.bin'), new Uint8Array(8));
    await expect(loadProgan(folder)).rejects.toThrow(/end inside other/u);
    await writeFile(path.join(folder, 'shard.bin'), new Uint8Array(16));
    await expect(loadProgan(folder)).rejects.toThrow(/no weight named/u);
  });
});
