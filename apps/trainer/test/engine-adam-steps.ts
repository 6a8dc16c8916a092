/**
 * Run as a process of its own, `engine-adam-steps.ts ENGINE`: five Adam steps of a small critic whose loss has an R1 term, so each step
 * needs gradients of gradients through convolutions (plain, strided, depthwise) and leaky ReLU. Prints the losses and the last weights as JSON.
 */
import * as tf from '@tensorflow/tfjs-core';
import { registerSecondOrderGradients, seededNormal } from '@mfim/nn';
import { openEngine } from '../src/engine/open-engine.ts';
import type { EngineName } from '../src/engine/open-engine.ts';

const STEPS = 5;
const RATE = 0.01;
const BETA1 = 0.9;
const BETA2 = 0.999;
const EPSILON = 1e-8;
const GAMMA = 0.5;
const SLOPE = 0.2;
const SIDE = 8;

const engine = await openEngine(process.argv[2] as EngineName);
registerSecondOrderGradients();

const random = seededNormal(7);
const draw = (shape: number[], scale: number): tf.Tensor => tf.mul(tf.tensor(random(shape.reduce((a, b) => a * b, 1)), shape), scale);
const image = draw([2, SIDE, SIDE, 3], 1);
let weights: tf.Tensor[] = [draw([3, 3, 3, 4], 0.3), draw([3, 3, 4, 1], 0.3), draw([3, 3, 4, 5], 0.3), draw([80, 1], 0.2)];
let first = weights.map((weight) => tf.zerosLike(weight));
let second = weights.map((weight) => tf.zerosLike(weight));

function critic(input: tf.Tensor, [plain, depthwise, strided, linear]: readonly tf.Tensor[]): tf.Tensor {
  const a = tf.leakyRelu(tf.conv2d(input as tf.Tensor4D, plain as tf.Tensor4D, 1, 'same'), SLOPE);
  const b = tf.leakyRelu(tf.depthwiseConv2d(a, depthwise as tf.Tensor4D, 1, 'same'), SLOPE);
  const c = tf.leakyRelu(tf.conv2d(b, strided as tf.Tensor4D, 2, 'same'), SLOPE);
  return tf.matMul(tf.reshape(c, [2, -1]), linear as tf.Tensor2D);
}

function loss(values: readonly tf.Tensor[]): tf.Scalar {
  const slope = tf.grad((input) => tf.sum(critic(input, values)))(image);
  return tf.add(tf.mean(tf.softplus(tf.neg(critic(image, values)))), tf.mul(tf.sum(tf.square(slope)), GAMMA));
}

const losses: number[] = [];
for (let step = 1; step <= STEPS; step += 1) {
  const { value, grads } = tf.valueAndGrads((...values: tf.Tensor[]) => loss(values))(weights);
  losses.push((await value.data())[0] ?? Number.NaN);
  first = first.map((mean, index) => tf.add(tf.mul(mean, BETA1), tf.mul(grads[index] as tf.Tensor, 1 - BETA1)));
  second = second.map((mean, index) => tf.add(tf.mul(mean, BETA2), tf.mul(tf.square(grads[index] as tf.Tensor), 1 - BETA2)));
  weights = weights.map((weight, index) => {
    const mean = tf.div(first[index] as tf.Tensor, 1 - BETA1 ** step);
    const square = tf.div(second[index] as tf.Tensor, 1 - BETA2 ** step);
    return tf.sub(weight, tf.mul(tf.div(mean, tf.add(tf.sqrt(square), EPSILON)), RATE));
  });
}
const flat = await Promise.all(weights.map((weight) => weight.data()));
const line = `${JSON.stringify({ device: engine.device, losses, weights: flat.flatMap((values) => [...values]) })}\n`;
// Dawn keeps threads alive.
process.stdout.write(line, () => process.exit(0));
