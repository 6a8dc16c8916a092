/** Convolutions with their bias, padded as PyTorch does it. */
import * as tf from '@tensorflow/tfjs-core';
import { biasedRelu } from '../gradients/biased-relu.ts';
import { paddedConv2d } from '../padded-conv.ts';
import type { ConvMove } from '../padded-conv.ts';
import type { ConvolutionParameters } from './weight-state.ts';

/** `x * kernel + bias`; x [batch, height, width, in], see `paddedConv2d`. */
export function biasedConv2d({ kernel, bias }: ConvolutionParameters, x: tf.Tensor, move: ConvMove = {}): tf.Tensor4D {
  return tf.add(paddedConv2d(x, kernel, move), bias);
}

/** ReLU of `biasedConv2d`. */
export function activeConv2d({ kernel, bias }: ConvolutionParameters, x: tf.Tensor, move: ConvMove = {}): tf.Tensor4D {
  return biasedRelu(paddedConv2d(x, kernel, move), bias) as tf.Tensor4D;
}
