/**
 * Factors on the learning rate of each parameter of the swapper.
 *
 * Adam moves every weight by about the learning rate. The generator's weights are equalised, of size 1;
 * the encoder's are as in its published form, of size 0.05. With one rate for both the encoder's
 * filters are washed out within a hundred steps and its codes stop to depend on the image (seen at
 * 0.0015), so plain weights get their own rate. Frozen parameters have 0.
 */
import { InputError } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfig } from '../config/training-config.ts';
import type { SwapModel } from '../model/swap-model.ts';

/** The heads of M2C are equalised linear layers, as the generator's. */
const PLAIN = /^encoder\.(?!codes\.[^.]+\.heads\.)/;

/**
 * 0 for frozen parameters, encoderRate / generatorRate for plain encoder weights, 1 elsewhere; [total].
 *
 * @throws InputError when a beginning in `frozen` fits no parameter
 */
export function rateScale({ swapper }: SwapModel, { optimiser, frozen }: Pick<TrainingConfig, 'optimiser' | 'frozen'>): tf.Tensor {
  const { names, sizes, total } = swapper.layout;
  const unused = frozen.find((beginning) => !names.some((name) => name.startsWith(beginning)));
  if (unused !== undefined) {
    const known = [...new Set(names.map((name) => name.split('.').slice(0, 2).join('.')))];
    throw new InputError({ where: 'frozen', expected: `beginnings of parameter names, such as ${known.join(', ')}`, got: unused, remedy: 'correct it, or leave it out' });
  }
  const scale = new Float32Array(total).fill(1);
  let offset = 0;
  for (const [index, name] of names.entries()) {
    const size = sizes[index] as number;
    if (frozen.some((beginning) => name.startsWith(beginning))) scale.fill(0, offset, offset + size);
    else if (PLAIN.test(name)) scale.fill(optimiser.encoderRate / optimiser.generatorRate, offset, offset + size);
    offset += size;
  }
  return tf.tensor1d(scale);
}
