/**
 * Gradients of the piecewise linear activations, which have gradients in turn. tfjs's own take up to seven passes over an
 * image; a backend that registers the kernels `ReluGrad`, `Relu6Grad` or `LeakyReluGrad` (inputs `dy` and `x`, attribute
 * `alpha`), as TensorFlow has them, takes one.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { GradConfig, NamedAttrMap } from '@tensorflow/tfjs-core';
import { reducedTo } from './broadcast-gradients.ts';

const RELU6_TOP = 6;

/** An activation whose slope depends on the sign of what it reads. */
interface Activation {
  readonly kernelName: string;
  /** The kernel of dy times the slope at x. */
  readonly gradientKernel: string;
  /** The slope at x, from operations that every backend has. */
  readonly slope: (x: tf.Tensor, attributes: NamedAttrMap) => tf.Tensor;
}

const RELU: Activation = { kernelName: 'Relu', gradientKernel: 'ReluGrad', slope: (x) => tf.step(x) };

const ACTIVATIONS: readonly Activation[] = [
  RELU,
  { kernelName: 'Relu6', gradientKernel: 'Relu6Grad', slope: (x) => tf.mul(tf.step(x), tf.step(tf.sub(RELU6_TOP, x))) },
  {
    kernelName: 'LeakyRelu',
    gradientKernel: 'LeakyReluGrad',
    slope: (x, { alpha }) => tf.add(tf.mul(tf.step(x), 1 - (alpha as number)), alpha as number),
  },
];

/** Of dy times the slope at x, whose own slope is zero wherever it has one. */
function descended({ gradientKernel, slope }: Activation, { dy, x }: { readonly dy: tf.Tensor; readonly x: tf.Tensor }, attributes: NamedAttrMap): tf.Tensor {
  if (tf.getKernel(gradientKernel, tf.getBackend()) === undefined) return tf.mul(dy, slope(x, attributes));
  return tf.engine().runKernel(gradientKernel, { dy, x } as never, attributes) as tf.Tensor;
}

/** dy where x is above 0. */
export function throughRelu(dy: tf.Tensor, x: tf.Tensor): tf.Tensor {
  return descended(RELU, { dy, x }, {});
}

function first(activation: Activation): GradConfig {
  return {
    kernelName: activation.kernelName,
    inputsToSave: ['x'],
    gradFunc: (dy, [x], attributes) => ({ x: () => descended(activation, { dy: dy as tf.Tensor, x: x as tf.Tensor }, attributes) }),
  };
}

function second(activation: Activation): GradConfig {
  return {
    kernelName: activation.gradientKernel,
    inputsToSave: ['x'],
    gradFunc: (upper, [x], attributes) => ({
      dy: () => descended(activation, { dy: upper as tf.Tensor, x: x as tf.Tensor }, attributes),
      x: () => tf.zerosLike(x as tf.Tensor),
    }),
  };
}

const prelu: GradConfig = {
  kernelName: 'Prelu',
  inputsToSave: ['x', 'alpha'],
  gradFunc: (dy, saved) => {
    const [x, alpha] = saved as [tf.Tensor, tf.Tensor];
    return {
      x: () => tf.where(tf.greater(x, 0), dy as tf.Tensor, tf.mul(dy as tf.Tensor, alpha)),
      alpha: () => reducedTo(tf.mul(dy as tf.Tensor, tf.minimum(x, 0)), alpha.shape),
    };
  },
};

/** To be registered for all backends. */
export const ACTIVATION_GRADIENTS: readonly GradConfig[] = [...ACTIVATIONS.flatMap((activation) => [first(activation), second(activation)]), prelu];
