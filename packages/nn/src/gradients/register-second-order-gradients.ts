/**
 * The gradients that tfjs 4.22 lacks for training with R1, whose loss contains a gradient:
 * - LeakyRelu: the shipped gradient goes through Greater, which has none itself; Step has one.
 * - Conv2DBackpropFilter and DepthwiseConv2dNativeBackpropInput: bilinear maps, so each gradient is
 *   the same map with one argument replaced.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { GradConfig } from '@tensorflow/tfjs-core';

interface ConvAttributes {
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number;
}

const leakyRelu: GradConfig = {
  kernelName: 'LeakyRelu',
  inputsToSave: ['x'],
  gradFunc: (dy, saved, attributes) => {
    const [x] = saved as [tf.Tensor];
    const alpha = attributes['alpha'] as number;
    return { x: () => tf.mul(dy as tf.Tensor, tf.add(tf.mul(tf.step(x), 1 - alpha), alpha)) };
  },
};

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

const depthwiseInput: GradConfig = {
  kernelName: 'DepthwiseConv2dNativeBackpropInput',
  inputsToSave: ['dy', 'filter'],
  gradFunc: (inputGradient, saved, attributes) => {
    const [dy, filter] = saved as [tf.Tensor4D, tf.Tensor4D];
    const { strides, pad } = attributes as unknown as ConvAttributes;
    const x = inputGradient as tf.Tensor4D;
    return {
      dy: () => tf.depthwiseConv2d(x, filter, strides, pad),
      filter: () =>
        tf.engine().runKernel(
          'DepthwiseConv2dNativeBackpropFilter',
          { x, dy },
          { strides, pad, dilations: [1, 1], filterShape: filter.shape },
        ) as tf.Tensor,
    };
  },
};

/** Registers them once for all backends. Call it before the first gradient of a gradient. */
export function registerSecondOrderGradients(): void {
  for (const gradient of [leakyRelu, convFilter, depthwiseInput]) {
    if (tf.getGradient(gradient.kernelName) !== undefined) tf.unregisterGradient(gradient.kernelName);
    tf.registerGradient(gradient);
  }
}
