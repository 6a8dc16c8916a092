/**
 * Adam moves every weight by about the learning rate. The generator's weights are equalised, of size 1;
 * the encoder's are as in its published form, of size 0.05. With one rate for both the encoder's
 * filters are washed out within a hundred steps and its codes stop to depend on the image (seen at
 * 0.0015), so plain weights get their own rate.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfig } from '../config/training-config.ts';
import type { SwapModel } from '../model/swap-model.ts';

/** The heads of M2C are equalised linear layers, as the generator's. */
const PLAIN = /^encoder\.(?!codes\.[^.]+\.heads\.)/;

/** encoderRate / generatorRate for every plain encoder weight, 1 elsewhere; [total]. */
export function encoderRateScale({ swapper }: SwapModel, rates: Pick<TrainingConfig['optimiser'], 'encoderRate' | 'generatorRate'>): tf.Tensor {
  const { names, sizes, total } = swapper.layout;
  const scale = new Float32Array(total).fill(1);
  let offset = 0;
  for (const [index, name] of names.entries()) {
    const size = sizes[index] as number;
    if (PLAIN.test(name)) scale.fill(rates.encoderRate / rates.generatorRate, offset, offset + size);
    offset += size;
  }
  return tf.tensor1d(scale);
}
