/** Path length of a small generator against PyTorch: lengths, mean, penalty, and its gradients (second order). */
import '@tensorflow/tfjs';
import { mapKeys } from '@mfim/checkpoints';
import { pathLengthPenalty } from '@mfim/losses-3dmm';
import { fillParameters, flattenSpecs, registerSecondOrderGradients } from '@mfim/nn';
import { NVIDIA_GENERATOR_KEYS, affineStyles, generatorSpec, mapLatent, synthesize } from '@mfim/stylegan';
import type { GeneratorParameters } from '@mfim/stylegan';
import { styleTable } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TOLERANCE, fromTorch, readGoldenFile, relativeError, toTorch } from '../src/index.ts';
import { inOurLayout, sizesOf } from './network-under-test.ts';

const file = readGoldenFile('path-length');
const { resolution, plan, latent } = sizesOf(file);
const table = styleTable(resolution, plan);
const spec = generatorSpec(table, latent);
const keys = mapKeys(NVIDIA_GENERATOR_KEYS, flattenSpecs(spec).keys());

/** z -> W+ -> penalty. */
function penaltyOf(parameters: GeneratorParameters, z: tf.Tensor) {
  const w = mapLatent(parameters.mapping, z);
  const draw = (latents: tf.Tensor): tf.Tensor => {
    const codes = affineStyles(parameters.affines, table, tf.unstack(latents, 1));
    return synthesize(parameters.synthesis, table, { codes }).image;
  };
  return pathLengthPenalty(draw, {
    latents: tf.stack(Array.from({ length: table.latentCount }, () => w), 1),
    noise: fromTorch(file.get('input', 'noise'), 'image'),
    mean: tf.scalar(file.config['mean'] as number),
    decay: file.config['decay'] as number,
  });
}

beforeAll(async () => {
  await tf.setBackend('cpu');
  registerSecondOrderGradients();
  tf.engine().startScope();
});
afterAll(() => tf.engine().endScope());

test('the same lengths, mean and penalty, and gradients by z and by every parameter that the penalty reaches', () => {
  const known = keys.filter(({ theirs }) => file.all.has(`parameter.${theirs}`));
  const varied = known.filter(({ theirs }) => file.all.has(`second.${theirs}`));
  expect(varied.length).toBe(file.of('second').size - 1);
  const values = new Map(known.map(({ ours, theirs, layout }) => [ours, inOurLayout(file.get('parameter', theirs), layout)]));
  const [byZ, ...gradients] = tf.grads((z: tf.Tensor, ...tensors: tf.Tensor[]) => {
    const own = new Map(varied.map(({ ours }, index) => [ours, tensors[index] as tf.Tensor]));
    const { penalty, mean, lengths } = penaltyOf(fillParameters(spec, (name) => own.get(name) ?? values.get(name)), z);
    for (const [name, value] of Object.entries({ penalty, mean, lengths })) {
      expect(relativeError(toTorch(value, 'same'), file.get('output', name)), name).toBeLessThan(TOLERANCE.value);
    }
    return penalty;
  })([fromTorch(file.get('input', 'z'), 'same'), ...varied.map(({ ours }) => values.get(ours) as tf.Tensor)]);
  expect(relativeError(toTorch(byZ as tf.Tensor, 'same'), file.get('second', 'z'))).toBeLessThan(TOLERANCE.gradient);
  varied.forEach(({ theirs, layout }, index) => {
    const golden = toTorch(inOurLayout(file.get('second', theirs), layout), 'same');
    const error = relativeError(toTorch(gradients[index] as tf.Tensor, 'same'), golden);
    expect(error, `gradient by ${theirs}`).toBeLessThan(TOLERANCE.gradient);
  });
});
