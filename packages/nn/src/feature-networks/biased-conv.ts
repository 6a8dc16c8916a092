/** A convolution with its bias, padded as PyTorch does it. */
import * as tf from '@tensorflow/tfjs-core';
import { paddedConv2d } from '../padded-conv.ts';
import type { ConvMove } from '../padded-conv.ts';
import type { ConvolutionParameters } from './weight-state.ts';

/** `x * kernel + bias`; x [batch, height, width, in], see `paddedConv2d`. */
export function biasedConv2d({ kernel, bias }: ConvolutionParameters, x: tf.Tensor, move: ConvMove = {}): tf.Tensor4D {
  return tf.add(paddedConv2d(x, kernel, move), bias);
}
