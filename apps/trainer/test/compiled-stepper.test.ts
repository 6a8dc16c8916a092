/**
 * Steps through compiled graphs are the steps that tfjs takes: after 50 Adam steps of the whole objective on small networks
 * parameters agree to 1e-4 (largest difference relative to the largest parameter), and R1's gradient does.
 */
import '@tensorflow/tfjs';
import { compile } from '@mfim/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import * as runtime from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import type { TrainingConfig } from '../src/config/training-config.ts';
import { compiledStepper } from '../src/training/compiled-stepper.ts';
import type { LossNetworks } from '../src/training/loss-networks.ts';
import { rateScale } from '../src/training/rate-scale.ts';
import { penaltyGradient } from '../src/training/step-gradients.ts';
import type { StepInputs } from '../src/training/swap-objective.ts';
import { eagerStepper } from '../src/training/swap-stepper.ts';
import type { SwapStepper } from '../src/training/swap-stepper.ts';
import { startState } from '../src/training/training-state.ts';
import type { TrainingState } from '../src/training/training-state.ts';
import { registerTrueResizeGradient } from './true-resize-gradient.ts';
import { SIZE, smallConfig, smallContext } from './small-run.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
  registerTrueResizeGradient();
});

const TOLERANCE = 1e-4;
const compiler = { runtime, threads: 1 };

function relative(expected: tf.Tensor, got: tf.Tensor): number {
  return tf.tidy(() => (tf.max(tf.abs(tf.sub(expected, got))).dataSync()[0] as number) / (tf.max(tf.abs(expected)).dataSync()[0] as number));
}

/** A regressor of a face's coefficients that is as smooth as a real one. */
function smallRegressor(): NonNullable<LossNetworks['regressor']> {
  const matrices = [7, 8, 9].map((seed) => tf.randomNormal([SIZE * SIZE * 3, 4], 0, 0.1, 'float32', seed) as tf.Tensor2D);
  return {
    name: 'small',
    regress(image) {
      const rows = tf.reshape(image, [image.shape[0] as number, -1]) as tf.Tensor2D;
      const [shape, pose, expression] = matrices.map((matrix) => tf.tanh(tf.matMul(rows, matrix))) as [tf.Tensor, tf.Tensor, tf.Tensor];
      return { shape, pose, expression };
    },
  };
}

const small = smallConfig();

/** Every term, the lazy ones at intervals of their own, a warm-up, an average. */
const whole: TrainingConfig = {
  ...small,
  objective: {
    ...small.objective, faceL1: 0.5, faceLpips: 0.5, otherIdentity: 0.7, identityInterval: 2, identityProbe: 1, codeSpread: 0.1, shape: 0.1, pose: 0.1, expression: 0.1, adversarial: 0.1, r1Gamma: 1, r1Interval: 4,
  },
  optimiser: { ...small.optimiser, generatorRate: 0.002, encoderRate: 0.0005, discriminatorRate: 0.002, warmup: 10 },
};

function opened(config: TrainingConfig) {
  const { context, weights, inputs } = smallContext(config);
  const complete = { ...context, networks: { ...context.networks, regressor: smallRegressor() }, rateScale: rateScale(context.model, config) };
  return { context: complete, inputs, start: () => startState({ swapper: tf.clone(weights.swapper), discriminator: tf.clone(weights.discriminator) }) };
}

/** The batch of one step: other faces each time. */
function batchAt(inputs: StepInputs, step: number): StepInputs {
  const faces = (seed: number): tf.Tensor => tf.randomUniform(inputs.target.shape, -1, 1, 'float32', seed);
  const target = faces(100 + step);
  return { ...inputs, target, wanted: target, source: faces(200 + step) };
}

async function run(stepper: SwapStepper, start: TrainingState, batches: readonly (readonly StepInputs[])[]) {
  let state = await stepper.open(start);
  const terms = [];
  for (const parts of batches) {
    const result = await stepper.step(state, parts);
    state = result.state;
    terms.push(result.terms);
  }
  return { state: await stepper.read(state), terms };
}

function expectSameState(expected: TrainingState, got: TrainingState): void {
  expect(got.step).toBe(expected.step);
  expect([got.swapperAdam.updates, got.discriminatorAdam.updates]).toEqual([expected.swapperAdam.updates, expected.discriminatorAdam.updates]);
  const pairs = { swapper: [expected.weights.swapper, got.weights.swapper], average: [expected.average, got.average], discriminator: [expected.weights.discriminator, got.weights.discriminator] };
  for (const [name, [one, other]] of Object.entries(pairs)) expect(relative(one as tf.Tensor, other as tf.Tensor), name).toBeLessThan(TOLERANCE);
}

describe('compiledStepper', () => {
  test('law: 50 steps of the whole objective leave the parameters, averages and terms of tfjs', async () => {
    const { context, inputs, start } = opened(whole);
    const batches = Array.from({ length: 50 }, (_, step) => [batchAt(inputs, step)]);
    const eager = await run(eagerStepper(context), start(), batches);
    const compiled = await run(compiledStepper(context, compiler), start(), batches);
    expectSameState(eager.state, compiled.state);
    for (const [step, terms] of eager.terms.entries()) {
      expect(Object.keys(compiled.terms[step] ?? {}).toSorted()).toEqual(Object.keys(terms).toSorted());
      for (const [name, value] of Object.entries(terms)) expect(Math.abs(value - (compiled.terms[step]?.[name] as number)), `${name} at step ${step}`).toBeLessThan(TOLERANCE * Math.max(1, Math.abs(value)));
    }
    expect(Object.keys(eager.terms[4] ?? {})).toEqual(expect.arrayContaining(['adversarial', 'codeSpread', 'discriminator', 'expression', 'faceL1', 'faceLpips', 'identity', 'identityProbe', 'l1', 'lpips', 'pose', 'r1', 'shape', 'total']));
  }, 600_000);

  test("R1's gradient is tfjs's", async () => {
    const { context, inputs, start } = opened(whole);
    const { discriminator } = start().weights;
    const fn = ({ flat, real }: Record<string, tf.Tensor>) => ({ gradient: penaltyGradient(context, flat as tf.Tensor, real as tf.Tensor).gradient });
    const fast = compile(fn, { flat: { shape: ['parameters'] }, real: { shape: inputs.target.shape } }, compiler);
    const { gradient } = await fast({ flat: discriminator, real: inputs.target });
    const expected = tf.tidy(() => fn({ flat: discriminator, real: inputs.target }).gradient);
    expect(relative(expected, gradient as tf.Tensor)).toBeLessThan(TOLERANCE);
  });

  test('law: a batch in parts, the first lesson, and terms that start later are those of tfjs', async () => {
    const config = { ...whole, batch: 4, parts: 2, objective: { ...whole.objective, probeOnlyUntil: 1, identityFrom: 2, adversarialFrom: 3 } };
    const { context, inputs, start } = opened(config);
    const part = (step: number): StepInputs => {
      const { target, source, wanted, ...rest } = batchAt(inputs, step);
      const first = (tensor: tf.Tensor): tf.Tensor => tf.slice(tensor, 0, 2);
      return { ...rest, target: first(target), source: first(source), wanted: first(wanted), sourceIdentity: first(inputs.sourceIdentity), same: tf.tensor2d([1, 0], [2, 1]) };
    };
    const batches = [0, 1, 2, 3, 4].map((step) => [part(2 * step), part(2 * step + 1)]);
    const eager = await run(eagerStepper(context), start(), batches);
    const compiled = await run(compiledStepper(context, compiler), start(), batches);
    expectSameState(eager.state, compiled.state);
    expect(compiled.terms.map((terms) => Object.keys(terms).toSorted())).toEqual(eager.terms.map((terms) => Object.keys(terms).toSorted()));
  }, 300_000);

  test('allReduceMean sees every gradient once, flat, and what it returns is used', async () => {
    const { context, inputs, start } = opened(whole);
    const seen: number[] = [];
    const reducing = { ...context, allReduceMean: (flat: tf.Tensor) => { seen.push(flat.size); return tf.mul(flat, 0); } };
    const before = start();
    const kept = before.weights.swapper.dataSync().slice();
    const { state } = await run(compiledStepper(reducing, compiler), before, [[inputs]]);
    expect(seen).toEqual([context.model.swapper.layout.total, context.model.discriminator.layout.total]);
    expect(state.weights.swapper.dataSync()).toEqual(kept);
  });

  test('leaves no tensors behind, and old states cannot be mistaken for the present one', async () => {
    const { context, inputs, start } = opened(whole);
    const stepper = compiledStepper(context, compiler);
    const given = start();
    const first = await stepper.step(await stepper.open(given), [inputs]);
    const before = tf.memory().numTensors;
    const second = await stepper.step(first.state, [inputs]);
    expect(tf.memory().numTensors).toBe(before);
    expect(() => given.weights.swapper.dataSync()).toThrow(/disposed/);
    const read = await stepper.read(second.state);
    expect(read.weights.swapper.size).toBe(context.model.swapper.layout.total);
    await stepper.step(second.state, [inputs]);
    expect(() => read.weights.swapper.dataSync()).toThrow(/disposed/);
  });
});
