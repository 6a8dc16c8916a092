/** The weights of the networks that judge: from the config's files, or random where a file is absent. */
import { access } from 'node:fs/promises';
import { seededNormal } from '@mfim/nn';
import type { TrainingConfig } from '../config/training-config.ts';
import { readLossNetwork } from '../training/loss-networks.ts';
import type { LossNetworkName, LossNetworkStates } from '../training/loss-networks.ts';
import { randomJudge } from './random-judges.ts';

/** The states, and which of them are random. */
export interface Judges {
  readonly states: LossNetworkStates;
  readonly random: readonly LossNetworkName[];
}

const isThere = (file: string): Promise<boolean> => access(file).then(() => true, () => false);

/** @throws InputError when a file is there and is no weight file */
export async function readJudges({ weights, seed }: Pick<TrainingConfig, 'weights' | 'seed'>): Promise<Judges> {
  const random: LossNetworkName[] = [];
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
  const { threeDdfa } = weights;
  return { random, states: threeDdfa === undefined ? states : { ...states, threeDdfa: await read('threeDdfa', threeDdfa) } };
}
