/**
 * 6DRepNet (Hempel et al. 2022): RepVGG-B1g2 and one linear layer to six numbers, from which Gram-Schmidt makes a rotation. Its files
 * hold the blocks as they are trained, or deployed; both are imported as they are and run deployed.
 */
import * as tf from '@tensorflow/tfjs-core';
import { constantSpec, foldedParameters, normalSpec } from '@mfim/nn';
import type { ConvolutionParameters, ParameterSpec, ParametersOf, SpecTree, WeightState } from '@mfim/nn';
import { bindAxes } from '@mfim/tensor-contracts';
import { POSE_INPUT_SIZE, normaliseFace } from './normalise-face.ts';
import { REP_VGG_B1G2, deployedBlock, deployedBlockSpec, repVggBlock, repVggBlocks, trainedBlockSpec } from './rep-vgg.ts';
import type { RepVggSize, TrainedBlockParameters } from './rep-vgg.ts';

/** Two vectors of three. */
const NUMBERS = 6;

/** Which of the two forms a file has. */
export type RepVggForm = 'trained' | 'deployed';

/** What `sixDRepNet` reads: blocks as `stage1.block0`, the stem `stage0.block0`. */
export interface SixDRepNetParameters {
  readonly blocks: Readonly<Record<string, Readonly<Record<string, ConvolutionParameters>>>>;
  readonly head: { readonly weight: tf.Tensor; readonly bias: tf.Tensor };
}

/** Specification as the weights are imported. */
export function sixDRepNetSpec(form: RepVggForm, size: RepVggSize = REP_VGG_B1G2) {
  const blocks: Record<string, Record<string, SpecTree>> = {};
  for (const block of repVggBlocks(size)) {
    const spec: SpecTree = form === 'trained' ? trainedBlockSpec(block) : deployedBlockSpec(block);
    blocks[block.stage] = { ...blocks[block.stage], [block.block]: spec };
  }
  const features = size.stages.at(-1)?.channels ?? 0;
  const head: Readonly<Record<'weight' | 'bias', ParameterSpec>> = {
    weight: normalSpec([features, NUMBERS], Math.sqrt(1 / features)),
    bias: constantSpec([NUMBERS], 0),
  };
  return { blocks, head };
}

type Block = TrainedBlockParameters | ConvolutionParameters;
type Stages = Readonly<Record<string, Readonly<Record<string, Block>>>>;

const runnable = (block: Block): ConvolutionParameters => ('dense' in block ? deployedBlock(block) : block);

function runnableStages(stages: Stages): SixDRepNetParameters['blocks'] {
  const blocksOf = (stage: Stages[string]) => Object.fromEntries(Object.entries(stage).map(([name, block]) => [name, runnable(block)]));
  return Object.fromEntries(Object.entries(stages).map(([name, stage]) => [name, blocksOf(stage)]));
}

/**
 * Parameters from an imported file: our names, our layouts.
 *
 * @throws ShapeError naming the first weight that is missing or misshapen.
 */
export function sixDRepNetParameters(state: WeightState, form: RepVggForm, size: RepVggSize = REP_VGG_B1G2): SixDRepNetParameters {
  return foldedParameters(sixDRepNetSpec(form, size), state, ({ blocks, head }: ParametersOf<ReturnType<typeof sixDRepNetSpec>>) => ({
    blocks: runnableStages(blocks as unknown as Stages),
    head,
  }));
}

/** Coordinates first, first + 1, first + 2 of three, in a circle. */
function turned(x: tf.Tensor2D, first: number): tf.Tensor2D {
  return tf.gather(x, tf.tensor1d([first, (first + 1) % 3, (first + 2) % 3], 'int32'), 1);
}

/** a x b, each [batch, 3]. */
function cross(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return tf.sub(tf.mul(turned(a, 1), turned(b, 2)), tf.mul(turned(a, 2), turned(b, 1)));
}

function unit(x: tf.Tensor2D): tf.Tensor2D {
  return tf.div(x, tf.sqrt(tf.sum(tf.square(x), 1, true)));
}

/** Six numbers [batch, 6] to rotations [batch, 3, 3], their axes in columns: x = a1 / |a1|, z = x cross a2 normalised, y = z cross x. */
export function rotationOfSix(numbers: tf.Tensor2D): tf.Tensor3D {
  const [first, second] = tf.split(numbers, 2, 1) as [tf.Tensor2D, tf.Tensor2D];
  const x = unit(first);
  const z = unit(cross(x, second));
  return tf.stack([x, cross(z, x), z], 2) as tf.Tensor3D;
}

/**
 * Rotations of heads.
 *
 * @param face [batch, 224, 224, 3], RGB in [-1, 1]
 * @returns [batch, 3, 3]
 * @throws ShapeError when the face has another size.
 */
export function sixDRepNet({ blocks, head }: SixDRepNetParameters, face: tf.Tensor): tf.Tensor3D {
  bindAxes('sixDRepNet', { face }, { face: `batch ${POSE_INPUT_SIZE} ${POSE_INPUT_SIZE} 3` });
  let x = normaliseFace(face) as tf.Tensor4D;
  for (const stage of Object.values(blocks)) {
    for (const [index, block] of Object.values(stage).entries()) x = repVggBlock(block, x, index === 0 ? 2 : 1);
  }
  const features = tf.mean(x, [1, 2]) as tf.Tensor2D;
  return rotationOfSix(tf.add(tf.matMul(features, head.weight as tf.Tensor2D), head.bias));
}
