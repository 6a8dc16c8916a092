/** The example pair that LPIPS publishes, through the metric registry. */
import '@tensorflow/tfjs';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readPyTorch, toFloat32State } from '@mfim/checkpoints';
import { metricNamed } from '@mfim/metrics';
import { lpipsParameters } from '@mfim/nn';
import type { WeightState } from '@mfim/nn';
import * as tf from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { beforeAll, describe, expect, test } from 'vitest';

const FOLDER = new URL('../../../../shared/data/weights/lpips/', import.meta.url);
const absent = !existsSync(FOLDER);
const why = absent ? ' (skipped: the published weights are not in ../shared/data beside the repository)' : '';

const stateOf = (file: string): WeightState => toFloat32State(readPyTorch(readFileSync(new URL(file, FOLDER))).tensors);

async function image(file: string): Promise<tf.Tensor> {
  const path = fileURLToPath(new URL(file, FOLDER));
  const { data, info } = await sharp(path).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return tf.sub(tf.div(tf.tensor(new Float32Array(data), [1, info.height, info.width, 3]), 127.5), 1);
}

beforeAll(() => tf.setBackend('cpu'));

describe.skipIf(absent)(`LPIPS-squeeze, published example${why}`, () => {
  test.each([
    ['ex_p0.png', 0.711],
    ['ex_p1.png', 0.148],
    ['ex_ref.png', 0],
  ])('the distance of ex_ref.png and %s is %d', async (file, distance) => {
    const lpips = lpipsParameters(stateOf('squeezenet1_1-features.pth'), stateOf('v0.1-squeeze.pth'));
    const metric = metricNamed('lpips', { lpips });
    expect(await metric.measure(await image('ex_ref.png'), await image(file))).toBeCloseTo(distance, 3);
  });
});
