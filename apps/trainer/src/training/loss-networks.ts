/** The fixed networks that judge a swapped face in training: MobileFaceNet and LPIPS-squeeze. */
import { readFile } from 'node:fs/promises';
import { readPyTorch, subState, toFloat32State } from '@mfim/checkpoints';
import { coefficientNetworkParameters, threeDdfaRegressor } from '@mfim/losses-3dmm';
import { arcFaceCrop, lpips, lpipsParameters, mobileFaceNet, mobileFaceNetParameters } from '@mfim/nn';
import { InputError } from '@mfim/tensor-contracts';
import type { CoefficientRegressor } from '@mfim/tensor-contracts';
import type * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfig } from '../config/training-config.ts';

/** What the objective needs of them. Images [batch, R, R, 3] in [-1, 1]. */
export interface LossNetworks {
  /** Unit identity embeddings [batch, 128] of FFHQ-aligned faces. */
  embed(image: tf.Tensor): tf.Tensor;
  /** LPIPS-squeeze of each pair, [batch]. */
  perceptual(first: tf.Tensor, second: tf.Tensor): tf.Tensor;
  /** Where the config names its weights. */
  readonly regressor?: CoefficientRegressor<tf.Tensor>;
}

async function readState(path: string) {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new InputError({
      where: path,
      expected: 'a weight file',
      got: String(cause),
      remedy: 'put the weights there, or correct "weights" in the config',
      cause,
    });
  }
  return toFloat32State(readPyTorch(bytes).tensors);
}

/** Loads them from the files that the config names. */
export async function loadLossNetworks(paths: TrainingConfig['weights']): Promise<LossNetworks> {
  const identity = mobileFaceNetParameters(await readState(paths.mobileFaceNet));
  const perceptual = lpipsParameters(await readState(paths.squeezeNet), await readState(paths.lpips));
  const regressor = paths.threeDdfa === undefined ? undefined : threeDdfaRegressor(coefficientNetworkParameters(subState(await readState(paths.threeDdfa), 'state_dict.module')));
  return {
    ...(regressor === undefined ? {} : { regressor }),
    embed: (image) => mobileFaceNet(identity, arcFaceCrop(image)),
    perceptual: (first, second) => lpips(perceptual, first, second),
  };
}
