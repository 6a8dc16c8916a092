/** Networks with recomputation: the same images and verdicts, the same gradients. */
import '@tensorflow/tfjs';
import { flattenParameters, initialParameters, registerSecondOrderGradients, releasingGradients, seededNormal } from '@mfim/nn';
import { discriminate, discriminatorSpec, synthesisSpec, synthesize } from '@mfim/stylegan';
import { styleTable } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';

beforeAll(async () => {
  registerSecondOrderGradients();
  await tf.setBackend('cpu');
});

const plan = { base: 64, maximum: 6 };
const table = styleTable(16, plan);
const normal = seededNormal(8);
const random = (...shape: number[]): tf.Tensor => tf.tensor(normal(shape.reduce((a, b) => a * b, 1)), shape);
const generator = initialParameters(synthesisSpec(table), seededNormal(1));
const critic = initialParameters(discriminatorSpec(16, plan), seededNormal(2));
const codes = table.entries.map(({ width }) => random(2, width));
const maps = new Map([[1, random(2, 8, 8, 1)], [4, random(2, 16, 16, 1)]]);
const trainable = (tree: object): tf.Tensor[] => [...flattenParameters(tree as never)].flatMap(([name, tensor]) => (name.endsWith('.noise') ? [] : [tensor]));
const numbers = (tensors: readonly tf.Tensor[]): unknown[] => tensors.map((tensor) => tensor.dataSync());

describe.each([[4], [8], [16]])('recomputed from %i pixels', (recomputeFrom) => {
  test('the generator: image and gradients bit for bit, with stored noise, and with given noise and style maps', () => {
    const given = new Map(table.noises.map(({ index, resolution }) => [index, random(resolution, resolution, 1)]));
    for (const noise of ['stored', given] as const) {
      const gradients = (from: number | undefined) => {
        const xs = [...trainable(generator), ...codes];
        const found = releasingGradients(() => {
          const { image } = synthesize(generator, table, { codes, maps, noise, recomputeFrom: from });
          return tf.sum(tf.square(image));
        }, xs);
        return numbers([found.value, ...found.gradients]);
      };
      expect(gradients(recomputeFrom)).toEqual(gradients(undefined));
    }
  });

  test('the discriminator: verdict and gradients bit for bit', () => {
    const image = random(2, 16, 16, 3);
    const gradients = (from: number | undefined) => {
      const found = releasingGradients(() => tf.sum(tf.square(discriminate(critic, image, { recomputeFrom: from }))), [...trainable(critic), image]);
      return numbers([found.value, ...found.gradients]);
    };
    expect(gradients(recomputeFrom)).toEqual(gradients(undefined));
  });

  test('the discriminator: R1 within float32 rounding (measured 1e-7)', () => {
    const image = random(2, 16, 16, 3);
    const gradients = (from: number | undefined): readonly tf.Tensor[] =>
      releasingGradients(() => {
        const { gradients: slopes } = releasingGradients(() => discriminate(critic, image, { recomputeFrom: from }), [image]);
        return tf.sum(tf.square(slopes[0] as tf.Tensor));
      }, trainable(critic).filter(({ shape }) => shape.length > 1)).gradients;
    const [plain, lean] = [gradients(undefined), gradients(recomputeFrom)];
    plain.forEach((gradient, index) => {
      const [apart, size] = [tf.sub(gradient, lean[index] as tf.Tensor), gradient].map((tensor) => tf.max(tf.abs(tensor)).dataSync()[0] as number);
      expect((apart as number) / (size as number)).toBeLessThan(1e-6);
    });
  });
});
