/** 3DDFA_V2's names of its MobileNet beside ours, and parameters from its files and back. */
import * as tf from '@tensorflow/tfjs-core';
import { fromTheirs, mapKeys, toTheirs } from '@mfim/checkpoints';
import type { KeyMap, KeyPair } from '@mfim/checkpoints';
import { BATCH_COUNTERS, NORM_PARTS, fillParameters, flattenParameters, flattenSpecs } from '@mfim/nn';
import type { ParameterTree, WeightState } from '@mfim/nn';
import type { HostTensor } from '@mfim/tensor-contracts';
import { MB05_WIDTH, coefficientNetworkSpec } from './coefficient-network.ts';
import type { CoefficientNetworkParameters } from './coefficient-network.ts';

/** The landmark head `fc_lm` is not read. */
export const COEFFICIENT_NETWORK_KEY_MAP: KeyMap = {
  origin: '3DDFA_V2',
  placeholders: { part: { names: NORM_PARTS }, norm: { names: { depthwiseNorm: 'bn_dw', pointwiseNorm: 'bn_sep' } } },
  rules: [
    { ours: 'stem.conv', theirs: 'conv1.weight', layout: 'kernel' },
    { ours: 'stem.norm.{part}', theirs: 'bn1.{part}' },
    { ours: 'blocks.{block}.{norm}.{part}', theirs: '{block}.{norm}.{part}' },
    { ours: 'blocks.{block}.depthwise', theirs: '{block}.conv_dw.weight', layout: 'depthwise' },
    { ours: 'blocks.{block}.pointwise', theirs: '{block}.conv_sep.weight', layout: 'kernel' },
    { ours: 'head.weight', theirs: 'fc_param.weight', layout: 'linear' },
    { ours: 'head.bias', theirs: 'fc_param.bias' },
  ],
  ignored: [BATCH_COUNTERS, 'fc_lm.{part}'],
};

/** Every parameter and stored statistic of the network beside its name in 3DDFA_V2's files (without `module.`). */
export function coefficientNetworkKeys(): readonly KeyPair[] {
  return mapKeys(COEFFICIENT_NETWORK_KEY_MAP, flattenSpecs(coefficientNetworkSpec()).keys());
}

/**
 * Parameters from the state dictionary of 3DDFA_V2's `mb05_120x120.pth`.
 *
 * @param state names such as `conv1.weight`, without their prefix: `subState(state, 'state_dict.module')`
 * @param width multiplier of the file: 0.5 for mb05, 1 for mb1
 * @throws KeyMapError naming every tensor that is missing or has another shape
 */
export function coefficientNetworkParameters(state: WeightState, width: number = MB05_WIDTH): CoefficientNetworkParameters {
  const specs = flattenSpecs(coefficientNetworkSpec(width));
  return importedCoefficientNetwork(fromTheirs(state, COEFFICIENT_NETWORK_KEY_MAP, specs).tensors, width);
}

/**
 * Parameters from an imported file: our names, our layouts.
 *
 * @throws ShapeError naming the first weight that is missing or misshapen.
 */
export function importedCoefficientNetwork(state: WeightState, width: number = MB05_WIDTH): CoefficientNetworkParameters {
  return fillParameters(coefficientNetworkSpec(width), (name) => {
    const found = state.get(name);
    return found === undefined ? undefined : tf.tensor(found.data, found.shape.slice(), 'float32');
  });
}

/** The inverse of `coefficientNetworkParameters`: tensors under 3DDFA_V2's names, in PyTorch's layouts. */
export function coefficientNetworkState(parameters: CoefficientNetworkParameters): WeightState {
  const tensors = new Map<string, HostTensor>();
  for (const [name, tensor] of flattenParameters(parameters as unknown as ParameterTree)) {
    tensors.set(name, { data: tensor.dataSync() as Float32Array, shape: tensor.shape });
  }
  return toTheirs(tensors, COEFFICIENT_NETWORK_KEY_MAP) as WeightState;
}
