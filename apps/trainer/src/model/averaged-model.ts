/** The model of a checkpoint with its averaged weights: what is exported and evaluated. */
import type * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfig } from '../config/training-config.ts';
import type { Checkpoint } from '../run/checkpoint-file.ts';
import { flatFromTensors } from './flat-from-tensors.ts';
import { createModel, restoreBuffers } from './swap-model.ts';
import type { SwapModel } from './swap-model.ts';

/**
 * @param config the checkpoint's own
 * @throws InputError when its tensors are of other sizes
 */
export function averagedModel(config: TrainingConfig, { tensors, file }: Checkpoint): { readonly model: SwapModel; readonly flat: tf.Tensor } {
  const model = restoreBuffers(createModel(config).model, tensors);
  return { model, flat: flatFromTensors(model.swapper.layout, { tensors, prefix: 'average.', origin: file }) };
}
