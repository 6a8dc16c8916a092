/** The fixed networks that judge a swapped face in training: MobileFaceNet, LPIPS-squeeze, and the open face regressor or 3DDFA_V2's. */
import { readFile } from 'node:fs/promises';
import { readPyTorch, subState, toFloat32State } from '@mfim/checkpoints';
import { coefficientNetworkParameters, threeDdfaRegressor } from '@mfim/losses-3dmm';
import type { ThreeDimensionalWeights } from '@mfim/losses-3dmm';
import { openFaceIn } from '@mfim/losses-3dmm/node';
import { arcFaceCrop, lpips, lpipsParameters, mobileFaceNet, mobileFaceNetParameters } from '@mfim/nn';
import type { WeightState } from '@mfim/nn';
import { InputError } from '@mfim/tensor-contracts';
import type { CoefficientRegressor } from '@mfim/tensor-contracts';
import type * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfig } from '../config/training-config.ts';
import { cropThrough } from './view-framing.ts';
import type { ViewFraming } from './view-framing.ts';

/** What the objective needs of them. Images [batch, R, R, 3] in [-1, 1]. */
export interface LossNetworks {
  /** Unit identity embeddings [batch, 128] of FFHQ-aligned faces. */
  embed(image: tf.Tensor): tf.Tensor;
  /** As `embed`, of faces seen through sampling matrices instead of the network's own crop; absent: it has no crop. */
  embedThrough?(image: tf.Tensor, framing: ViewFraming): tf.Tensor;
  /** LPIPS-squeeze of each pair, [batch]. */
  perceptual(first: tf.Tensor, second: tf.Tensor): tf.Tensor;
  /** Where the config names one. */
  readonly regressor?: CoefficientRegressor<tf.Tensor>;
  /** How much of the face each of its coefficients decides, where that is known. */
  readonly coefficientWeights?: ThreeDimensionalWeights;
}

/** A weight file, by its name in the config. */
export type LossNetworkName = Exclude<keyof TrainingConfig['weights'], 'openFace'>;

/** What compares 3DMM coefficients, and how much of the face each of them decides, where that is known. */
type OpenRegressor = Required<Pick<LossNetworks, 'regressor' | 'coefficientWeights'>>;

/** Their weights under PyTorch's names, in its layouts; the open regressor comes as it is read. */
export type LossNetworkStates = Readonly<Record<Exclude<LossNetworkName, 'threeDdfa'>, WeightState>> & { readonly threeDdfa?: WeightState; readonly openFace?: OpenRegressor };

/** Where the weights stand in the file of that name. */
const SUB_STATES: Partial<Record<LossNetworkName, string>> = { threeDdfa: 'state_dict.module' };

/** Reads one weight file. @throws InputError when it is absent or no such file */
export async function readLossNetwork(name: LossNetworkName, path: string): Promise<WeightState> {
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
  const state = toFloat32State(readPyTorch(bytes).tensors);
  const inner = SUB_STATES[name];
  return inner === undefined ? state : subState(state, inner);
}

/** Reads an export of the open regressor. @throws InputError when it is absent or damaged */
export async function readOpenRegressor(folder: string): Promise<OpenRegressor> {
  const { regressor, facts } = await openFaceIn(folder);
  return { regressor, coefficientWeights: facts.coefficientWeights };
}

/** The one that compares 3DMM coefficients, if any. */
function regressorOf({ openFace, threeDdfa }: Pick<LossNetworkStates, 'openFace' | 'threeDdfa'>): Pick<LossNetworks, 'regressor' | 'coefficientWeights'> {
  if (openFace !== undefined) return openFace;
  return threeDdfa === undefined ? {} : { regressor: threeDdfaRegressor(coefficientNetworkParameters(threeDdfa)) };
}

/** The networks of these weights. */
export function lossNetworksOf({ mobileFaceNet: embedder, squeezeNet, lpips: heads, ...regressors }: LossNetworkStates): LossNetworks {
  const identity = mobileFaceNetParameters(embedder);
  const perceptual = lpipsParameters(squeezeNet, heads);
  return {
    ...regressorOf(regressors),
    embed: (image) => mobileFaceNet(identity, arcFaceCrop(image)),
    embedThrough: (image, framing) => mobileFaceNet(identity, cropThrough(image, framing)),
    perceptual: (first, second) => lpips(perceptual, first, second),
  };
}

/** Loads them from the files that the config names. */
export async function loadLossNetworks(paths: TrainingConfig['weights']): Promise<LossNetworks> {
  return lossNetworksOf({
    mobileFaceNet: await readLossNetwork('mobileFaceNet', paths.mobileFaceNet),
    squeezeNet: await readLossNetwork('squeezeNet', paths.squeezeNet),
    lpips: await readLossNetwork('lpips', paths.lpips),
    ...(paths.openFace === undefined ? {} : { openFace: await readOpenRegressor(paths.openFace) }),
    ...(paths.threeDdfa === undefined ? {} : { threeDdfa: await readLossNetwork('threeDdfa', paths.threeDdfa) }),
  });
}
