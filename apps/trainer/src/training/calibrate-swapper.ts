/**
 * Data-dependent initialisation: the encoder's batch normalisations get the statistics of real faces
 * before the first step. Without it the features of different faces are almost the same vector in a
 * deep network that starts from scratch, and its codes say nothing (seen: standard deviation of the
 * codes over faces 0.02, with it 0.3).
 */
import type { BatchNormParameters, BatchStatistics } from '@mfim/nn';
import { observeBatchNorms } from '@mfim/nn';
import * as tf from '@tensorflow/tfjs-core';
import { parametersOf } from '../model/flat-network.ts';
import { encodePair } from '../model/swap-model.ts';
import type { SwapModel } from '../model/swap-model.ts';

/**
 * @param flat the swapper's flat vector
 * @param images [batch, R, R, 3] in [-1, 1], some dozens
 * @returns the same model with measured statistics; the old buffers are disposed
 */
export function calibrateSwapper(model: SwapModel, flat: tf.Tensor, images: tf.Tensor): SwapModel {
  const { swapper } = model;
  const names = new Map([...swapper.buffers].map(([name, tensor]) => [tensor.id, name]));
  const measured = new Map<string, tf.Tensor>();
  const record = (parameters: BatchNormParameters, statistics: BatchStatistics): void => {
    for (const kind of ['mean', 'variance'] as const) {
      measured.set(names.get(parameters[kind].id) as string, tf.keep(tf.clone(statistics[kind])));
    }
  };
  tf.tidy(() => {
    const { encoder } = parametersOf(model.swapper, flat);
    observeBatchNorms(record, () => encodePair(model, encoder, { source: images, target: images }));
  });
  const buffers = new Map([...swapper.buffers].map(([name, tensor]) => [name, measured.get(name) ?? tensor]));
  for (const name of measured.keys()) swapper.buffers.get(name)?.dispose();
  return { ...model, swapper: { ...swapper, buffers } };
}
