import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { createModel } from '../src/model/swap-model.ts';
import { adamStart, adamUpdate } from '../src/training/adam.ts';
import { rateScale } from '../src/training/rate-scale.ts';
import { smallConfig } from './small-run.ts';

// torch.optim.Adam([1, -2], lr=0.1, betas=(0.5, 0.9), eps=1e-8), gradients [1, -3] then [0.5, 2], PyTorch's formula by hand:
// m and v corrected by 1 - beta^t; the first step moves every parameter by exactly the rate.
test('two updates by hand', async () => {
  const rates = { rate: 0.1, beta1: 0.5, beta2: 0.9 };
  const parameters = tf.tensor1d([1, -2]);
  const one = adamUpdate({ parameters, state: adamStart(parameters) }, tf.tensor1d([1, -3]), rates);
  expect([...(await one.parameters.data())]).toEqual([expect.closeTo(0.9, 6), expect.closeTo(-1.9, 6)]);
  const two = adamUpdate(one, tf.tensor1d([0.5, 2]), rates);
  const expected = [
    0.9 - (0.1 * ((0.25 + 0.25) / 0.75)) / Math.sqrt((0.09 + 0.025) / 0.19),
    -1.9 - (0.1 * ((-0.75 + 1) / 0.75)) / Math.sqrt((0.81 + 0.4) / 0.19),
  ];
  const got = await two.parameters.data();
  expected.forEach((value, index) => expect(got[index]).toBeCloseTo(value, 5));
  expect(two.state.updates).toBe(2);
});

test('without momentum the first moment is the gradient', async () => {
  const parameters = tf.tensor1d([1]);
  const { state } = adamUpdate({ parameters, state: adamStart(parameters) }, tf.tensor1d([4]), { rate: 0.1, beta1: 0, beta2: 0.9 });
  expect([...(await state.first.data())]).toEqual([4]);
});

test('a scale of 0 holds a parameter still, one of 0.5 halves its step', async () => {
  const parameters = tf.tensor1d([1, 1, 1]);
  const rates = { rate: 0.1, beta1: 0, beta2: 0.9, scale: tf.tensor1d([0, 0.5, 1]) };
  const { parameters: moved } = adamUpdate({ parameters, state: adamStart(parameters) }, tf.tensor1d([4, 4, 4]), rates);
  expect([...(await moved.data())]).toEqual([1, expect.closeTo(0.95, 6), expect.closeTo(0.9, 6)]);
});

test('plain encoder weights have their own rate, frozen parameters none, the others the common one', async () => {
  const config = { ...smallConfig(), frozen: ['generator.'] };
  const { model } = createModel(config);
  const scale = await rateScale(model, { ...config, optimiser: { ...config.optimiser, generatorRate: 0.01, encoderRate: 0.001 } }).data();
  let offset = 0;
  for (const [index, name] of model.swapper.layout.names.entries()) {
    const plain = name.startsWith('encoder.') && !name.includes('.heads.');
    const expected = name.startsWith('generator.') ? 0 : plain ? 0.1 : 1;
    expect(scale[offset], name).toBeCloseTo(expected, 6);
    offset += model.swapper.layout.sizes[index] as number;
  }
});

test('a beginning that freezes nothing is refused with the names there are', () => {
  const config = { ...smallConfig(), frozen: ['generater.'] };
  expect(() => rateScale(createModel(config).model, config)).toThrow(/beginnings of parameter names.*encoder\.body.*got generater\./s);
});
