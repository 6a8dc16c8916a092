/**
 * Data-dependent initialisation: the encoder's batch normalisations get the statistics of real faces
 * before the first step. Without it the features of different faces are almost the same vector in a
 * deep network that starts from scratch, and its codes say nothing (seen: standard deviation of the
 * codes over faces 0.02, with it 0.3).
 */
import type { BatchNormParameters, BatchStatistics } from '@mfim/nn';
import { observeBatchNorms } from '@mfim/nn';
import type * as tf from '@tensorflow/tfjs-core';
import { performer } from '../engine/performer.ts';
import { parametersOf } from '../model/flat-network.ts';
import { encodePair } from '../model/swap-model.ts';
import type { SwapModel } from '../model/swap-model.ts';

/** What the statistics are measured with: the swapper's flat vector and some dozens of images [batch, R, R, 3] in [-1, 1]. */
export interface Calibration {
  readonly flat: tf.Tensor;
  readonly images: tf.Tensor;
}

/**
 * @param perform of the engine; by default tfjs computes
 * @returns the same model with measured statistics; the old buffers are disposed
 */
export async function calibrateSwapper(model: SwapModel, { flat, images }: Calibration, perform = performer(undefined)): Promise<SwapModel> {
  const { swapper } = model;
  const names = new Map([...swapper.buffers].map(([name, tensor]) => [tensor.id, name]));
  const measure = perform('batch statistics', (inputs) => {
    const measured: Record<string, tf.Tensor> = {};
    const record = (parameters: BatchNormParameters, statistics: BatchStatistics): void => {
      for (const kind of ['mean', 'variance'] as const) measured[names.get(parameters[kind].id) as string] = statistics[kind];
    };
    const faces = inputs['images'] as tf.Tensor;
    const { encoder } = parametersOf(swapper, inputs['flat'] as tf.Tensor);
    observeBatchNorms(record, () => encodePair(model, encoder, { source: faces, target: faces }));
    return measured;
  });
  const measured = await measure({ flat, images });
  const buffers = new Map([...swapper.buffers].map(([name, tensor]) => [name, measured[name] ?? tensor]));
  for (const name of Object.keys(measured)) swapper.buffers.get(name)?.dispose();
  return { ...model, swapper: { ...swapper, buffers } };
}
