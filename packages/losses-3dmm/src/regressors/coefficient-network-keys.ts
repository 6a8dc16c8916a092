/**
 * Names and layouts of 3DDFA_V2's MobileNet checkpoints to ours and back. Kernels [out, in, k, k] <-> [k, k, in, out], depthwise
 * ones [channels, 1, k, k] <-> [k, k, channels, 1], the linear layer [out, in] <-> [in, out].
 */
import * as tf from '@tensorflow/tfjs-core';
import { fillParameters, flattenParameters, flattenSpecs } from '@mfim/nn';
import type { ParameterSpec, ParameterTree, WeightState } from '@mfim/nn';
import { InputError, ShapeError } from '@mfim/tensor-contracts';
import type { HostTensor } from '@mfim/tensor-contracts';
import { MB05_WIDTH, coefficientNetworkSpec } from './coefficient-network.ts';
import type { CoefficientNetworkParameters } from './coefficient-network.ts';

/** How a tensor is laid out differently. */
export type CoefficientLayout = 'same' | 'kernel' | 'depthwise' | 'linear';

/** One parameter under both names. */
export interface CoefficientKey {
  readonly ours: string;
  readonly theirs: string;
  readonly layout: CoefficientLayout;
}

/** Axes of theirs in our order, and of ours in their order. */
const FROM_TORCH: Readonly<Record<CoefficientLayout, readonly number[] | undefined>> = {
  same: undefined,
  kernel: [2, 3, 1, 0],
  depthwise: [2, 3, 0, 1],
  linear: [1, 0],
};
const TO_TORCH: typeof FROM_TORCH = { same: undefined, kernel: [3, 2, 0, 1], depthwise: [2, 3, 0, 1], linear: [1, 0] };

const NORM_PARTS: Readonly<Record<string, string>> = { scale: 'weight', offset: 'bias', mean: 'running_mean', variance: 'running_var' };
const NORMS: Readonly<Record<string, string>> = { depthwiseNorm: 'bn_dw', pointwiseNorm: 'bn_sep' };
const BLOCK_NORM = /^blocks\.(\w+)\.(depthwiseNorm|pointwiseNorm)\.(\w+)$/;
const BLOCK_CONV = /^blocks\.(\w+)\.(depthwise|pointwise)$/;
const STEM_NORM = /^stem\.norm\.(\w+)$/;

function keyOf(ours: string): CoefficientKey {
  const norm = BLOCK_NORM.exec(ours);
  if (norm !== null) return { ours, theirs: `${norm[1]}.${NORMS[norm[2] as string]}.${NORM_PARTS[norm[3] as string]}`, layout: 'same' };
  const conv = BLOCK_CONV.exec(ours);
  if (conv?.[2] === 'depthwise') return { ours, theirs: `${conv[1]}.conv_dw.weight`, layout: 'depthwise' };
  if (conv !== null) return { ours, theirs: `${conv[1]}.conv_sep.weight`, layout: 'kernel' };
  const stem = STEM_NORM.exec(ours);
  if (stem !== null) return { ours, theirs: `bn1.${NORM_PARTS[stem[1] as string]}`, layout: 'same' };
  if (ours === 'stem.conv') return { ours, theirs: 'conv1.weight', layout: 'kernel' };
  if (ours === 'head.weight') return { ours, theirs: 'fc_param.weight', layout: 'linear' };
  return { ours, theirs: 'fc_param.bias', layout: 'same' };
}

/** Every parameter and stored statistic of the network beside its name in 3DDFA_V2's files (without `module.`). */
export function coefficientNetworkKeys(): readonly CoefficientKey[] {
  return Array.from(flattenSpecs(coefficientNetworkSpec()).keys(), keyOf);
}

function laidOut(tensor: tf.Tensor, axes: readonly number[] | undefined): tf.Tensor {
  return axes === undefined ? tensor : tf.transpose(tensor, axes.slice());
}

function read(state: WeightState, { theirs, layout }: CoefficientKey, { shape }: ParameterSpec): tf.Tensor {
  const found = state.get(theirs);
  const axes = TO_TORCH[layout];
  const expected = axes === undefined ? shape : axes.map((axis) => shape[axis] as number);
  if (found !== undefined && found.shape.join() === expected.join()) {
    return tf.tidy(() => laidOut(tf.tensor(found.data, found.shape.slice(), 'float32'), FROM_TORCH[layout]));
  }
  const parts = { where: `coefficientNetworkParameters ${theirs}`, expected: `shape [${expected.join(', ')}]` };
  if (found !== undefined) {
    throw new ShapeError({ ...parts, got: `[${found.shape.join(', ')}]`, remedy: 'pass the width of the file: 0.5 for mb05, 1 for mb1' });
  }
  const remedy = "pass the file's state dictionary without its prefix: subState(state, 'state_dict.module')";
  throw new InputError({ ...parts, got: 'no such tensor', remedy });
}

/**
 * Parameters from the state dictionary of 3DDFA_V2's `mb05_120x120.pth`.
 *
 * @param state names such as `conv1.weight`; the landmark head `fc_lm` and batch counters are not read
 * @param width multiplier of the file, see `coefficientNetworkSpec`
 * @throws InputError naming the first tensor that is missing; ShapeError when one has another shape
 */
export function coefficientNetworkParameters(state: WeightState, width: number = MB05_WIDTH): CoefficientNetworkParameters {
  return fillParameters(coefficientNetworkSpec(width), (name, spec) => read(state, keyOf(name), spec));
}

/** The inverse of `coefficientNetworkParameters`: tensors under 3DDFA_V2's names, in PyTorch's layouts. */
export function coefficientNetworkState(parameters: CoefficientNetworkParameters): WeightState {
  const state = new Map<string, HostTensor>();
  for (const [name, tensor] of flattenParameters(parameters as unknown as ParameterTree)) {
    const { theirs, layout } = keyOf(name);
    const [data, shape] = tf.tidy(() => {
      const moved = laidOut(tensor, TO_TORCH[layout]);
      return [moved.dataSync() as Float32Array, moved.shape.slice()] as const;
    });
    state.set(theirs, { data, shape });
  }
  return state;
}
