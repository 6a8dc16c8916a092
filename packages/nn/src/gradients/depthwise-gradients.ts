/**
 * Gradients of depthwise convolutions. Without a stride, and with one filter a channel, the gradient by the image is such a
 * convolution too, with the filter turned round: faster than the kernel that backends have for it, and differentiable in turn.
 * That kernel, which tfjs gives no gradient, is a bilinear map: each gradient is the same map with one argument replaced.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { GradConfig } from '@tensorflow/tfjs-core';

interface Attributes {
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number;
  readonly dilations?: [number, number] | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** What takes part in the gradients. */
interface Images {
  readonly x: tf.Tensor4D;
  readonly filter: tf.Tensor4D;
}

function run(kernel: string, inputs: Readonly<Record<string, tf.Tensor>>, attributes: object): tf.Tensor {
  return tf.engine().runKernel(kernel, inputs, attributes as never) as tf.Tensor;
}

function byFilter(inputs: { readonly x: tf.Tensor; readonly dy: tf.Tensor }, { strides, pad, dilations = [1, 1], dimRoundingMode }: Attributes, filterShape: readonly number[]): tf.Tensor {
  return run('DepthwiseConv2dNativeBackpropFilter', inputs, { strides, pad, dilations, dimRoundingMode, filterShape });
}

function turnedRound(dy: tf.Tensor, { x, filter }: Images, pad: Attributes['pad']): tf.Tensor {
  const { top, bottom, left, right } = tf.backend_util.computeConv2DInfo(x.shape, filter.shape, 1, 1, pad, undefined, true).padInfo;
  const beyond = (axis: number, before: number, after: number): [number, number] => [(filter.shape[axis] as number) - 1 - before, (filter.shape[axis] as number) - 1 - after];
  return tf.depthwiseConv2d(dy as tf.Tensor4D, tf.reverse(filter, [0, 1]), 1, [[0, 0], beyond(0, top, bottom), beyond(1, left, right), [0, 0]]);
}

function byImage(dy: tf.Tensor, { x, filter }: Images, attributes: Attributes): tf.Tensor {
  const { strides, pad, dilations = [1, 1], dimRoundingMode } = attributes;
  const isPlain = filter.shape[3] === 1 && [strides, dilations].flat().every((step) => step === 1);
  if (isPlain) return turnedRound(dy, { x, filter }, pad);
  return run('DepthwiseConv2dNativeBackpropInput', { dy, filter }, { strides, pad, dilations, dimRoundingMode, inputShape: x.shape });
}

const forward: GradConfig = {
  kernelName: 'DepthwiseConv2dNative',
  inputsToSave: ['x', 'filter'],
  gradFunc: (dy, saved, attributes) => {
    const [x, filter] = saved as [tf.Tensor4D, tf.Tensor4D];
    const settings = attributes as unknown as Attributes;
    return { x: () => byImage(dy as tf.Tensor, { x, filter }, settings), filter: () => byFilter({ x, dy: dy as tf.Tensor }, settings, filter.shape) };
  },
};

const backward: GradConfig = {
  kernelName: 'DepthwiseConv2dNativeBackpropInput',
  inputsToSave: ['dy', 'filter'],
  gradFunc: (inputGradient, saved, attributes) => {
    const [dy, filter] = saved as [tf.Tensor4D, tf.Tensor4D];
    const settings = attributes as unknown as Attributes;
    const x = inputGradient as tf.Tensor4D;
    return { dy: () => tf.depthwiseConv2d(x, filter, settings.strides, settings.pad), filter: () => byFilter({ x, dy }, settings, filter.shape) };
  },
};

/** To be registered for all backends. */
export const DEPTHWISE_GRADIENTS: readonly GradConfig[] = [forward, backward];
