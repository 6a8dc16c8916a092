/**
 * A whole training step of a StyleGAN2 discriminator as one function of tensors: adversarial loss, R1 with its second-order
 * gradients, Adam. What the passes of @mfim/tfjs-onnx are counted on.
 */
import { adversarialDiscriminatorLoss, r1Penalty } from '@mfim/losses-3dmm';
import { fillParameters, flattenSpecs } from '@mfim/nn';
import { discriminate, discriminatorSpec } from '@mfim/stylegan';
import type { ChannelPlan } from '@mfim/tensor-contracts';
import type { TraceInput } from '@mfim/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';

/** Of what size. */
export interface StepPlan {
  readonly resolution: number;
  readonly channels: ChannelPlan;
  readonly batch: number;
}

/** What `traceToOnnx` takes. */
export interface StepGraph {
  readonly inputs: readonly TraceInput[];
  run(inputs: Record<string, tf.Tensor>): Record<string, tf.Tensor>;
}

const GAMMA = 10;
const LAZY = 16;
const BETA1 = 0.5;
const BETA2 = 0.99;
const EPSILON = 1e-8;

interface Moments {
  readonly weight: tf.Tensor;
  readonly first: tf.Tensor;
  readonly second: tf.Tensor;
}

/** Adam; the bias corrections are part of `rate` and `correction`, scalars that change from step to step. */
function adam({ weight, first, second }: Moments, gradient: tf.Tensor, { rate, correction }: { rate: tf.Tensor; correction: tf.Tensor }): Moments {
  const [nextFirst, nextSecond] = [tf.add(tf.mul(first, BETA1), tf.mul(gradient, 1 - BETA1)), tf.add(tf.mul(second, BETA2), tf.mul(tf.square(gradient), 1 - BETA2))];
  const deviation = tf.add(tf.sqrt(tf.mul(nextSecond, correction)), EPSILON);
  return { weight: tf.sub(weight, tf.div(tf.mul(nextFirst, rate), deviation)), first: nextFirst, second: nextSecond };
}

/** The step; weights, moments, images and the two rates are inputs, the next weights and moments outputs. */
export function discriminatorStep({ resolution, channels, batch }: StepPlan): StepGraph {
  const spec = discriminatorSpec(resolution, channels);
  const specs = flattenSpecs(spec);
  const names = [...specs.keys()];
  const image = [batch, resolution, resolution, 3];
  const states = names.flatMap((name) => ['weight', 'first', 'second'].map((part): TraceInput => ({ name: `${part}.${name}`, shape: specs.get(name)?.shape ?? [] })));
  const loss = (real: tf.Tensor, fake: tf.Tensor) => (...weights: tf.Tensor[]): tf.Scalar => {
    const byName = new Map(names.map((name, index) => [name, weights[index]] as const));
    const critic = fillParameters(spec, (name) => byName.get(name));
    const adversarial = adversarialDiscriminatorLoss(discriminate(critic, real), discriminate(critic, fake));
    return tf.add(adversarial, tf.mul(r1Penalty((pixels) => discriminate(critic, pixels), real, GAMMA), LAZY));
  };
  return {
    inputs: [...states, { name: 'real', shape: image }, { name: 'fake', shape: image }, { name: 'rate', shape: [] }, { name: 'correction', shape: [] }],
    run(inputs) {
      const given = (name: string): tf.Tensor => inputs[name] as tf.Tensor;
      const { value, grads } = tf.valueAndGrads(loss(given('real'), given('fake')))(names.map((name) => given(`weight.${name}`)));
      const rates = { rate: given('rate'), correction: given('correction') };
      const next = names.flatMap((name, index) => {
        const moments = { weight: given(`weight.${name}`), first: given(`first.${name}`), second: given(`second.${name}`) };
        return Object.entries(adam(moments, grads[index] as tf.Tensor, rates)).map(([part, tensor]) => [`next.${part}.${name}`, tensor as tf.Tensor] as const);
      });
      return { loss: value, ...Object.fromEntries(next) };
    },
  };
}
