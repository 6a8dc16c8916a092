/**
 * PyTorch weights on the host, and their conversion to what tfjs convolutions read. Layouts: a
 * convolution is [out, in, k, k] there and [k, k, in, out] here; a depthwise one [channels, 1, k, k] there and
 * [k, k, channels, 1] here.
 */
import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '@mfim/tensor-contracts';
import type { HostTensor } from '@mfim/tensor-contracts';

/** Tensors by the names of a PyTorch state dictionary. */
export type WeightState = ReadonlyMap<string, HostTensor>;

/** A convolution with its bias, ready to run. A type, not an interface: it has to fit `ParameterTree`. */
export type ConvolutionParameters = {
  /** [k, k, in, out], or [k, k, channels, 1] when depthwise. */
  readonly kernel: tf.Tensor4D;
  /** [out] */
  readonly bias: tf.Tensor1D;
};

/** One affine map per channel: y = x * scale + shift. */
export interface ChannelAffine {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/** PyTorch's default for BatchNorm. */
const BATCH_NORM_EPSILON = 1e-5;

/**
 * A tensor of the state, its rank checked.
 *
 * @throws ShapeError when it is missing or has another rank.
 */
export function weightOf(state: WeightState, name: string, rank: number): HostTensor {
  const tensor = state.get(name);
  if (tensor !== undefined && tensor.shape.length === rank) return tensor;
  throw new ShapeError({
    where: `weight ${name}`,
    expected: `a tensor with ${rank} axes`,
    got: tensor === undefined ? 'none' : `shape [${tensor.shape.join(', ')}]`,
    remedy: 'pass the state dictionary of this network, without a prefix such as "module."',
  });
}

/** Batch normalisation in evaluation mode as one affine map: `name.weight`, `.bias`, `.running_*`. */
export function batchNormAffine(state: WeightState, name: string): ChannelAffine {
  const [gain, offset, mean, variance] = ['weight', 'bias', 'running_mean', 'running_var'].map(
    (part) => weightOf(state, `${name}.${part}`, 1).data,
  ) as [Float32Array, Float32Array, Float32Array, Float32Array];
  const scale = Float64Array.from(gain, (value, channel) => {
    return value / Math.sqrt((variance[channel] as number) + BATCH_NORM_EPSILON);
  });
  const shift = scale.map((value, channel) => (offset[channel] as number) - (mean[channel] as number) * value);
  return { scale, shift };
}

/** y = x + bias: the affine map of a convolution that has its own bias. */
export function biasAffine(state: WeightState, name: string): ChannelAffine {
  const shift = Float64Array.from(weightOf(state, `${name}.bias`, 1).data);
  return { scale: new Float64Array(shift.length).fill(1), shift };
}

/** A convolution followed by an affine map of its outputs, folded into one convolution. */
export function foldedConvolution(state: WeightState, name: string, after: ChannelAffine): ConvolutionParameters {
  const { data, shape } = weightOf(state, `${name}.weight`, 4);
  const [outputs, inputs, height, width] = shape as readonly [number, number, number, number];
  const kernel = new Float32Array(data.length);
  let index = 0;
  for (let output = 0; output < outputs; output += 1) {
    const scale = after.scale[output] as number;
    for (let input = 0; input < inputs; input += 1) {
      for (let tap = 0; tap < height * width; tap += 1) {
        kernel[(tap * inputs + input) * outputs + output] = (data[index] as number) * scale;
        index += 1;
      }
    }
  }
  // A depthwise kernel has one input per output, so the same loop gives [k, k, 1, channels].
  const sizes: [number, number, number, number] =
    inputs === 1 ? [height, width, outputs, 1] : [height, width, inputs, outputs];
  return { kernel: tf.tensor4d(kernel, sizes), bias: tf.tensor1d(Float32Array.from(after.shift)) };
}
