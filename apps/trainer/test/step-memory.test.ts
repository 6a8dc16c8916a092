/** The counted memory of a step, against the measured one of a real step at 64 pixels; recomputation; the table. */
import '@tensorflow/tfjs';
import { readFile } from 'node:fs/promises';
import { registerSecondOrderGradients } from '@mfim/nn';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { checkConfig } from '../src/config/read-config.ts';
import type { TrainingConfig } from '../src/config/training-config.ts';
import { countTrainingConfig, countTrainingStep } from '../src/memory/count-training-step.ts';
import { describeMemory } from '../src/memory/describe-memory.ts';
import { memoryReport } from '../src/memory/memory-report.ts';
import { memoryTable } from '../src/memory/memory-table.ts';
import { createModel } from '../src/model/swap-model.ts';
import type { LossNetworks } from '../src/training/loss-networks.ts';
import { rateScale } from '../src/training/rate-scale.ts';
import { startState } from '../src/training/training-state.ts';
import { STEP_PHASES, trainingStep } from '../src/training/training-step.ts';
import { PLAIN_VIEW } from '../src/training/identity-view.ts';
import { smallConfig } from './small-run.ts';

beforeAll(async () => {
  registerSecondOrderGradients();
  await tf.setBackend('cpu');
});

const LOSS_SIZE = 8;
const IDENTITY = 5;
const GIGABYTE = 1e9;
/** Bytes of one GPU of 24 GB (its gigabytes are binary). */
const GPU_BYTES = 24 * 2 ** 30;

const networks: LossNetworks = {
  embed: (image) => tf.slice(tf.reshape(tf.image.resizeBilinear(image as tf.Tensor4D, [LOSS_SIZE, LOSS_SIZE]), [image.shape[0] as number, -1]), [0, 0], [-1, IDENTITY]),
  perceptual: (first, second) => tf.mean(tf.squaredDifference(first, second), [1, 2, 3]),
};

/** 64 pixels, and so narrow that plain JavaScript can take the step. */
function config64(change: Partial<TrainingConfig> = {}): TrainingConfig {
  const small = smallConfig({ lossResolution: 16 });
  return {
    ...small,
    generator: { resolution: 64, channels: { base: 128, maximum: 4 } },
    discriminator: { channels: { base: 128, maximum: 4 } },
    encoder: { ...small.encoder, inputResolution: 16, levels: [{ resolution: 4, codesUpTo: 4 }, { resolution: 8, codesUpTo: 64 }] },
    batch: 1,
    ...change,
  };
}

function inputs(): Parameters<typeof trainingStep>[2][number] {
  const image = (seed: number): tf.Tensor => tf.randomUniform([1, 64, 64, 3], -1, 1, 'float32', seed);
  const target = image(1);
  return { target, source: image(2), wanted: tf.clone(target), view: PLAIN_VIEW, sourceIdentity: tf.ones([1, IDENTITY]), same: tf.zeros([1, 1]) };
}

/** Peak of a real step as tf.profile gives it, with the state and the inputs that the count has in it. */
async function measured(config: TrainingConfig): Promise<number> {
  const { model, weights } = createModel(config);
  const state = startState(weights);
  const parts = [inputs()];
  const before = tf.memory().numBytes;
  const { view: _, framing: __, ...tensors } = parts[0] as ReturnType<typeof inputs>;
  const held = [weights.swapper, weights.discriminator, state.average, ...[state.swapperAdam, state.discriminatorAdam].flatMap(({ first, second }) => [first, second]), ...Object.values(tensors)];
  const bytes = held.reduce((sum, tensor) => sum + tensor.size * Float32Array.BYTES_PER_ELEMENT, 0);
  const { peakBytes } = await tf.profile(() => {
    tf.dispose(trainingStep({ config, model, networks }, state, parts).state as never);
    return [];
  });
  return peakBytes - before + bytes;
}

test.each([undefined, { from: 16 }])('value: at 64 pixels the count is the peak that tf.profile measures (recompute %o)', async (recompute) => {
  const config = config64(recompute === undefined ? {} : { recompute });
  const { model, weights } = createModel(config);
  const count = countTrainingStep({ config, model, networks }, startState(weights));
  expect(count.profiled / (await measured(config))).toBeCloseTo(1, 2);
});

describe('laws', () => {
  test('a run and its config have the same count, but for buffers that a step does not read', () => {
    const config = config64();
    const { model, weights } = createModel(config);
    const run = countTrainingStep({ config, model, networks, rateScale: rateScale(model, config) }, startState(weights));
    const buffers = [...model.swapper.buffers.values()].reduce((sum, { size }) => sum + size * Float32Array.BYTES_PER_ELEMENT, 0);
    const more = countTrainingConfig(config, networks).peak - run.peak;
    expect(more).toBeGreaterThanOrEqual(0);
    expect(more).toBeLessThanOrEqual(buffers);
  });

  test('counting leaves the state and no tensors behind', async () => {
    const config = config64();
    const { model, weights } = createModel(config);
    const state = startState(weights);
    const [values, tensors] = [await weights.swapper.data(), tf.memory().numTensors];
    countTrainingStep({ config, model, networks }, state);
    expect(tf.memory().numTensors).toBe(tensors);
    expect(await state.weights.swapper.data()).toEqual(values);
  });

  test('recomputation lowers the peak of every pass, and so do parts', () => {
    const peaks = (change: Partial<TrainingConfig>) => countTrainingConfig(config64({ batch: 4, ...change }), networks);
    const [plain, lean, parted] = [peaks({}), peaks({ recompute: { from: 16 } }), peaks({ parts: 4 })];
    for (const phase of ['swapper', 'discriminator', 'r1']) {
      expect(lean.phases.get(phase), phase).toBeLessThan(0.7 * (plain.phases.get(phase) as number));
      expect(parted.phases.get(phase), phase).toBeLessThan(0.5 * (plain.phases.get(phase) as number));
    }
  });
});

test('the table and the line have every phase in them', () => {
  const report = memoryReport(config64({ recompute: { from: 32 } }), networks);
  const table = memoryTable(config64({ recompute: { from: 32 } }), report).join('\n');
  expect(table).toMatch(/plain +recomputed from 32 \(config\)/);
  expect(table).toMatch(/the whole step +\d/);
  expect(table).toMatch(/not counted: the engine’s allocator/i);
  expect(describeMemory(report.plain)).toMatch(/^tensors take .* at the peak of a step with every term \(pass of encoder and generator .*updates/);
  expect([...report.plain.phases.keys()]).toEqual([...STEP_PHASES]);
});

test('configs/ffhq-1024.yaml fits a GPU of 24 GB, with more than half of it in reserve', async () => {
  const text = await readFile(new URL('../configs/ffhq-1024.yaml', import.meta.url), 'utf8');
  const config = checkConfig({ ...(parse(text) as object), identityWidth: IDENTITY }, 'ffhq-1024');
  const { peak } = countTrainingConfig({ ...config, objective: { ...config.objective, shape: 0, pose: 0, expression: 0 } }, networks);
  expect(peak).toBeGreaterThan(4 * GIGABYTE);
  expect(peak).toBeLessThan(GPU_BYTES / 2);
}, 300_000);
