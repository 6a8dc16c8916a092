/** The step that nodes are counted in is the same step with every pass, with each left out, and with other writings. */
import '@tensorflow/tfjs';
import { registerSecondOrderGradients } from '@mfim/nn';
import { PASSES, traceToOnnx } from '@mfim/tfjs-onnx';
import type { TraceOptions } from '@mfim/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import * as ort from 'onnxruntime-node';
import { beforeAll, expect, test } from 'vitest';
import { discriminatorStep } from '../src/graphs/discriminator-step.ts';
import { operatorsOf } from '../src/graphs/operators-of.ts';
import { numbersFor } from '../src/layers/onnx-layers.ts';

type Choices = NonNullable<TraceOptions['choices']>;
type Values = ReadonlyMap<string, Float32Array>;

const step = discriminatorStep({ resolution: 8, batch: 4, channels: { base: 32, maximum: 6 } });
const LIMIT = 1e-4;

/** Weights and images of any sign, second moments above zero. */
const feeds: Values = new Map(
  step.inputs.map(({ name, shape }, index) => {
    const values = numbersFor(shape as number[], index);
    return [name, name.startsWith('second') || !name.includes('.') ? values.map((value) => Math.abs(value) + 0.1) : values] as const;
  }),
);

let expected: Values;

beforeAll(async () => {
  await tf.setBackend('cpu');
  registerSecondOrderGradients();
  const outputs = step.run(Object.fromEntries(step.inputs.map(({ name, shape }) => [name, tf.tensor(feeds.get(name) as Float32Array, shape as number[])])));
  expected = new Map(await Promise.all(Object.entries(outputs).map(async ([name, tensor]) => [name, (await tensor.data()) as Float32Array] as const)));
});

async function computed(bytes: Uint8Array): Promise<Values> {
  const session = await ort.InferenceSession.create(bytes, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const given = step.inputs.map(({ name, shape }) => [name, new ort.Tensor('float32', feeds.get(name) as Float32Array, shape as number[])] as const);
  const results = await session.run(Object.fromEntries(given));
  await session.release();
  return new Map(Object.entries(results).map(([name, { data }]) => [name, data as Float32Array] as const));
}

function largestError(found: Values): number {
  const errors = [...expected].map(([name, values]) => {
    const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    return values.reduce((most, value, index) => Math.max(most, Math.abs(value - (found.get(name)?.[index] ?? Number.NaN))), 0) / scale;
  });
  return Math.max(...errors);
}

const variants: readonly (readonly [string, Choices])[] = [
  ['every pass', {}],
  ['no pass', { passes: new Set() }],
  ...PASSES.map((left) => [`every pass but: ${left}`, { passes: new Set(PASSES.filter((pass) => pass !== left)) }] as const),
  ['columns, phases, clip', { filterGradient: 'columns', stridedInputGradient: 'phases', step: 'clip' }],
  ['outer, blocks, hard sigmoid', { filterGradient: 'outer', stridedInputGradient: 'blocks', step: 'hard sigmoid' }],
  ['pairs', { filterGradient: 'pairs' }],
  ['convolution', { filterGradient: 'convolution' }],
];

test.each(variants)('%s', async (_, choices) => {
  const { bytes, nodeCount } = await traceToOnnx((inputs) => step.run(inputs), { name: 'step', inputs: step.inputs, choices });
  expect(operatorsOf(bytes)).toHaveLength(nodeCount);
  expect(largestError(await computed(bytes))).toBeLessThan(LIMIT);
});
