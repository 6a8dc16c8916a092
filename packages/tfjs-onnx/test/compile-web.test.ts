/** What compiles for onnxruntime-node compiles for onnxruntime-web (here its WebAssembly, in Node): the browser's runtime. */
import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as native from 'onnxruntime-node';
import * as web from 'onnxruntime-web';
import { beforeAll, expect, test } from 'vitest';
import { adam, compile, compileStep } from '../src/index.ts';
import type { LossFunction, OnnxRuntimeModule } from '../src/index.ts';
import { numbers, relativeError } from './run-onnx.ts';

beforeAll(() => tf.setBackend('cpu'));

const tensor = (shape: number[], seed: number): tf.Tensor => tf.tensor(numbers(shape, seed).data, shape);

test('a function, with whole numbers among its results', async () => {
  const fn = ({ x }: Record<string, tf.Tensor>) => ({ chances: tf.softmax(x as tf.Tensor), best: tf.argMax(x as tf.Tensor, 1) });
  const fast = compile(fn, { x: { shape: ['rows', 5] } }, { runtime: web, provider: 'wasm' });
  for (const rows of [1, 3]) {
    const x = tensor([rows, 5], rows);
    const [expected, got] = [fn({ x }), await fast({ x })];
    expect(relativeError(expected.chances.dataSync(), got['chances']?.dataSync() ?? [])).toBeLessThan(1e-6);
    expect(got['best']?.dataSync()).toEqual(expected.best.dataSync());
  }
  await fast.release();
});

test('law: steps with a gradient penalty, parts and an average are those of onnxruntime-node', async () => {
  const critic = (w: tf.Tensor, image: tf.Tensor): tf.Tensor => tf.softplus(tf.conv2d(image as tf.Tensor4D, w as tf.Tensor4D, 1, 'same'));
  const loss: LossFunction = ({ w }, { image }, kind) => {
    if (kind !== 'r1') return tf.mean(critic(w as tf.Tensor, image as tf.Tensor));
    return tf.sum(tf.square(tf.grad((each) => tf.sum(critic(w as tf.Tensor, each)))(image as tf.Tensor)));
  };
  const ends: Float32Array[] = [];
  for (const runtime of [native, web] as readonly OnnxRuntimeModule[]) {
    const step = await compileStep(loss, { w: tensor([3, 3, 2, 4], 1) }, { runtime, inputs: { image: { shape: [2, 4, 4, 2] } }, optimiser: adam({ rate: 0.05 }), averageDecay: () => 0.5 });
    for (let count = 0; count < 4; count += 1) {
      const image = tensor([2, 4, 4, 2], 10 + count);
      await step.run(count === 2 ? [{ image }, { image: tensor([2, 4, 4, 2], 99) }] : { image }, { kind: count % 2 === 0 ? 'plain' : 'r1' });
    }
    const { parameters, average, slots } = await step.read();
    ends.push(Float32Array.from([parameters, average ?? {}, ...Object.values(slots)].flatMap(({ w }) => [...(w?.dataSync() ?? [])])));
    await step.release();
  }
  expect(relativeError(ends[0] ?? [], ends[1] ?? [])).toBeLessThan(1e-5);
});
