/**
 * The gradients that tfjs 4.22 lacks for training with R1, whose loss contains a gradient, and those that it computes with
 * more work than they need:
 * - activations (see `activation-gradients.ts`): the shipped gradients go through Greater, which has none itself.
 * - sums and what broadcasts (see `broadcast-gradients.ts`).
 * - depthwise convolutions (see `depthwise-gradients.ts`).
 * - Conv2DBackpropFilter: a bilinear map, so each gradient is the same map with one argument replaced.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { GradConfig } from '@tensorflow/tfjs-core';
import { ACTIVATION_GRADIENTS } from './activation-gradients.ts';
import { BIASED_RELU_GRADIENT } from './biased-relu.ts';
import { BROADCAST_GRADIENTS } from './broadcast-gradients.ts';
import { DEPTHWISE_GRADIENTS } from './depthwise-gradients.ts';

interface ConvAttributes {
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number;
}

const convFilter: GradConfig = {
  kernelName: 'Conv2DBackpropFilter',
  inputsToSave: ['x', 'dy'],
  gradFunc: (filterGradient, saved, attributes) => {
    const [x, dy] = saved as [tf.Tensor4D, tf.Tensor4D];
    const { strides, pad } = attributes as unknown as ConvAttributes;
    const filter = filterGradient as tf.Tensor4D;
    const rounding = typeof pad === 'number' ? 'floor' : undefined;
    return {
      x: () => tf.conv2dTranspose(dy, filter, x.shape, strides, pad, rounding),
      dy: () => tf.conv2d(x, filter, strides, pad, 'NHWC', 1, rounding),
    };
  },
};

/** Registers them once for all backends. Call it before the first gradient of a gradient. */
export function registerSecondOrderGradients(): void {
  for (const gradient of [...ACTIVATION_GRADIENTS, ...BROADCAST_GRADIENTS, ...DEPTHWISE_GRADIENTS, BIASED_RELU_GRADIENT, convFilter]) {
    if (tf.getGradient(gradient.kernelName) !== undefined) tf.unregisterGradient(gradient.kernelName);
    tf.registerGradient(gradient);
  }
}
