/** The regressor of a checkpoint with its averaged weights: what is exported and evaluated. */
import type { HeadModel } from '@mfim/face3d';
import type * as tf from '@tensorflow/tfjs-core';
import { checkDocument } from '../config/read-config.ts';
import { flatFromTensors } from '../model/flat-from-tensors.ts';
import type { Checkpoint } from '../run/checkpoint-file.ts';
import { REGRESSION_SCHEMA } from './regression-config.ts';
import type { RegressionConfig } from './regression-config.ts';
import { createRegressionModel } from './regression-model.ts';
import type { RegressionModel } from './regression-model.ts';

/** The config of a checkpoint of `mfim-train regress`. @throws InputError when it is of another stage */
export function regressionConfigOf({ config, file }: Checkpoint): RegressionConfig {
  return checkDocument(REGRESSION_SCHEMA, JSON.parse(config), file);
}

/** @param head the config's own; @throws InputError when the checkpoint's tensors are of other sizes */
export function averagedRegressor(checkpoint: Checkpoint, head: HeadModel): { readonly model: RegressionModel; readonly flat: tf.Tensor } {
  const { model, flat } = createRegressionModel(regressionConfigOf(checkpoint), head);
  flat.dispose();
  return { model, flat: flatFromTensors(model.network.layout, { tensors: checkpoint.tensors, prefix: 'average.', origin: checkpoint.file }) };
}
