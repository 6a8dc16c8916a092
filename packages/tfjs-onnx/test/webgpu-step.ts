/**
 * Run as a process of its own: compiles functions and training steps for ONNX Runtime's WebGPU provider, on whatever adapter the
 * environment leads to, and the same for the CPU. Prints one line of JSON with what differs.
 */
import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import * as runtime from 'onnxruntime-node';
import { adam, compile, compileStep } from '../src/index.ts';
import type { LossFunction, TracedFunction } from '../src/index.ts';
import { numbers, relativeError } from './run-onnx.ts';

const tensor = (shape: number[], seed: number, scale = 1): tf.Tensor => tf.mul(tf.tensor(numbers(shape, seed).data, shape), scale);

/** A critic with what a discriminator has: plain and strided convolutions, a dense end; smooth, for its second order. */
const critic = (p: Readonly<Record<string, tf.Tensor>>, image: tf.Tensor): tf.Tensor => {
  const plain = tf.softplus(tf.conv2d(image as tf.Tensor4D, p['plain'] as tf.Tensor4D, 1, 'same'));
  const strided = tf.tanh(tf.conv2d(plain, p['strided'] as tf.Tensor4D, 2, 'same'));
  return tf.matMul(tf.reshape(strided, [image.shape[0] ?? 1, -1]), p['dense'] as tf.Tensor2D);
};

const loss: LossFunction = (p, { image }, kind) => {
  const score = tf.mean(tf.softplus(tf.neg(critic(p, image as tf.Tensor))));
  if (kind !== 'r1') return score;
  const slope = tf.grad((each) => tf.sum(tf.softplus(critic(p, each))))(image as tf.Tensor);
  return tf.add(score, tf.mul(tf.sum(tf.square(slope)), 2));
};

const parameters = () => ({ plain: tensor([3, 3, 5, 6], 1, 0.3), strided: tensor([3, 3, 6, 4], 2, 0.3), dense: tensor([64, 1], 3, 0.3) });

async function trained(provider: string): Promise<Float32Array> {
  const options = { runtime, provider, optimiser: adam({ rate: 0.01 }), inputs: { image: { shape: [2, 8, 8, 5] } }, averageDecay: () => 0.9 } as const;
  const step = await compileStep(loss, parameters(), options);
  for (let count = 0; count < 5; count += 1) {
    const image = tensor([2, 8, 8, 5], 10 + count);
    await step.run(count === 2 ? [{ image }, { image: tensor([2, 8, 8, 5], 99) }] : { image }, { kind: count % 2 === 0 ? 'r1' : 'plain' });
  }
  const state = await step.read();
  await step.release();
  const all = [state.parameters, state.average ?? {}, ...Object.values(state.slots)].flatMap((named) => Object.values(named));
  return (await tf.concat(all.map((each) => tf.reshape(each, [-1]))).data()) as Float32Array;
}

/** Maxima that occur twice, windows that overlap and reach over the border. */
async function poolingError(): Promise<number> {
  const fn: TracedFunction = ({ x, weights }) => ({ y: tf.grad((image) => tf.sum(tf.mul(tf.maxPool(image as tf.Tensor4D, 3, 2, 'same'), weights as tf.Tensor)))(x as tf.Tensor) });
  const inputs = { x: tf.round(tensor([2, 7, 6, 3], 7, 2)), weights: tensor([2, 4, 3, 3], 8) };
  const { y } = await compile(fn, { x: { shape: inputs.x.shape }, weights: { shape: inputs.weights.shape } }, { runtime, provider: 'webgpu' })(inputs);
  return relativeError(fn(inputs)['y']?.dataSync() ?? [], y?.dataSync() ?? []);
}

async function refusal(fallback: 'refuse' | 'allow'): Promise<string> {
  // WebGPU has no whole numbers of 64 bits, as positions are in ONNX.
  const fn: TracedFunction = ({ x }) => ({ y: tf.cast(tf.topk(x as tf.Tensor, 2).indices, 'float32') });
  const odd = compile(fn, { x: { shape: [4] } }, { runtime, provider: 'webgpu', fallback });
  return odd({ x: tensor([4], 1) }).then(
    () => JSON.stringify(odd.graphs[0]?.fallbacks),
    (error: unknown) => String(error),
  );
}

await tf.setBackend('cpu');
const convolve: TracedFunction = ({ x, w }) => ({ y: tf.conv2d(x as tf.Tensor4D, w as tf.Tensor4D, 1, 'same') });
// In its default layout ONNX Runtime 1.30 computes 6 -> 4, 9 -> 8 and the like wrongly.
const inputs = { x: tensor([1, 8, 8, 6], 5), w: tensor([3, 3, 6, 4], 6) };
const specs = { x: { shape: inputs.x.shape }, w: { shape: inputs.w.shape } };
const answer = await compile(convolve, specs, { runtime, provider: 'webgpu' })(inputs)
  .then(async ({ y }) => ({
    convolution: relativeError(convolve(inputs)['y']?.dataSync() ?? [], y?.dataSync() ?? []),
    pooling: await poolingError(),
    step: relativeError(await trained('cpu'), await trained('webgpu')),
    refused: await refusal('refuse'),
    allowed: await refusal('allow'),
  }))
  .catch((error: unknown) => ({ problem: String(error) }));
// Dawn keeps threads alive.
process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit(0));
