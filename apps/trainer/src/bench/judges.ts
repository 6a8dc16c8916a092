/** The weights of the networks that judge: from the config's files, or random where a file is absent. */
import { access } from 'node:fs/promises';
import { foldOpenFace, openFaceRegressor, openFaceSpec } from '@mfim/losses-3dmm';
import type { OpenFaceParameters } from '@mfim/losses-3dmm';
import { initialParameters, seededNormal } from '@mfim/nn';
import * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfig } from '../config/training-config.ts';
import { readLossNetwork, readOpenRegressor } from '../training/loss-networks.ts';
import type { LossNetworkName, LossNetworkStates } from '../training/loss-networks.ts';
import { randomJudge } from './random-judges.ts';

/** The states, and which of them are random. */
export interface Judges {
  readonly states: LossNetworkStates;
  readonly random: readonly (keyof LossNetworkStates)[];
}

const isThere = (file: string): Promise<boolean> => access(file).then(() => true, () => false);

/** @throws InputError when a file is there and is no weight file */
export async function readJudges({ weights, seed }: Pick<TrainingConfig, 'weights' | 'seed'>): Promise<Judges> {
  const random: (keyof LossNetworkStates)[] = [];
  const normal = seededNormal(seed);
  const read = async (name: LossNetworkName, file: string) => {
    if (await isThere(file)) return readLossNetwork(name, file);
    random.push(name);
    return randomJudge(name, normal);
  };
  const states = {
    mobileFaceNet: await read('mobileFaceNet', weights.mobileFaceNet),
    squeezeNet: await read('squeezeNet', weights.squeezeNet),
    lpips: await read('lpips', weights.lpips),
  };
  const { threeDdfa, openFace } = weights;
  if (threeDdfa !== undefined) return { random, states: { ...states, threeDdfa: await read('threeDdfa', threeDdfa) } };
  if (openFace === undefined) return { random, states };
  if (await isThere(openFace)) return { random, states: { ...states, openFace: await readOpenRegressor(openFace) } };
  random.push('openFace');
  const network = tf.tidy(() => foldOpenFace(initialParameters(openFaceSpec(), normal) as OpenFaceParameters) as never) as ReturnType<typeof foldOpenFace>;
  return { random, states: { ...states, openFace: { regressor: openFaceRegressor(network), coefficientWeights: {} } } };
}
