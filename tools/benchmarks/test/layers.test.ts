/** The layer bench: every way to write a layer computes the same, and PyTorch knows every operation. No timing. */
import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WITHOUT_TORCH, converse, findTorch } from '../src/index.ts';
import type { Conversation } from '../src/index.ts';
import { layerCases } from '../src/layers/layer-cases.ts';
import { measureLayer } from '../src/layers/measure-layer.ts';

const PROGRAM = fileURLToPath(new URL('../pytorch_layers.py', import.meta.url));
const plan = { resolution: 8, batch: 2, channels: { base: 32, maximum: 8 } };
const found = await findTorch({ environment: process.env, root: fileURLToPath(new URL('../../../', import.meta.url)) });

let torch: Conversation | undefined;

beforeAll(async () => {
  await tf.setBackend('cpu');
  if (found !== undefined) torch = await converse({ name: 'pytorch_layers.py', command: found.python, options: ['-B', PROGRAM, '--threads', '1'] });
});

afterAll(() => torch?.stop());

test.each(layerCases(plan).map((each) => [each.operation, each] as const))(`%s (${found === undefined ? WITHOUT_TORCH : 'with PyTorch'})`, async (_, each) => {
  const times = await measureLayer(each, { rounds: 1, threads: 1, provider: 'cpu', torch, tfjs: true });
  expect(Object.keys(times.writings)).toEqual(Object.keys(each.writings));
  expect([...Object.values(times.writings), times.tfjs, times.torch ?? 0].every(Number.isFinite)).toBe(true);
});
