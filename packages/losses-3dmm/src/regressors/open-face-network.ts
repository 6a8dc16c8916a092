/**
 * The network of the open face regressor: MobileNet-V2's inverted residuals (Sandler et al. 2018) on a small face, then one linear
 * layer to the numbers that `open-face-outputs.ts` gives their meaning.
 *
 * Departures from MobileNet-V2: kernels are normalised by their lengths (Salimans & Kingma 2016) in the place of activations by
 * batch statistics, so that a face's numbers never depend on its batch, training and inference are one function, and folding
 * leaves plain convolutions; ReLU instead of ReLU6; the last features are pooled with a trained weight for each place, because
 * pose is told by where features are.
 */
import * as tf from '@tensorflow/tfjs-core';
import { activeConv2d, biasedConv2d, biasedRelu, constantSpec, normalSpec } from '@mfim/nn';
import type { ConvolutionParameters, ParameterSpec } from '@mfim/nn';
import { InputError, bindAxes } from '@mfim/tensor-contracts';
import { depthwise } from './coefficient-network.ts';
import { kernelOfLength } from './kernel-of-length.ts';

/** How large a regressor is. */
export interface OpenFaceSize {
  /** Side of the face that the network reads, in pixels. */
  readonly input: number;
  /** Multiplier of all channel counts. */
  readonly width: number;
  /** Identity modes and expressions that it predicts. */
  readonly identity: number;
  readonly expression: number;
}

/** What is shipped: 57 expressions are those of ICT-FaceKit. */
export const OPEN_FACE_SIZE: OpenFaceSize = { input: 112, width: 1, identity: 60, expression: 57 };

/** Numbers beside identity and expression: rotation, camera and the deviation. */
export const POSE_NUMBERS = { six: 6, camera: 4, deviation: 1 } as const;

/** MobileNet-V2: expansion, channels, how often, stride of the first. */
const STAGES = [
  [1, 16, 1, 1],
  [6, 24, 2, 2],
  [6, 32, 3, 2],
  [6, 64, 4, 2],
  [6, 96, 3, 1],
  [6, 160, 3, 2],
  [6, 320, 1, 1],
] as const;
const STEM_CHANNELS = 32;
/** MobileNet-V2 has 1280 for a thousand classes. */
const LAST_CHANNELS = 512;
/** The stem and four stages. */
const HALVINGS = 5;
const CHANNEL_MULTIPLE = 8;
/** Keeps the second moment through a ReLU (He et al. 2015). */
const RELU_GAIN = Math.SQRT2;
/** Residuals start small, so that 17 of them do not add up. */
const RESIDUAL_GAIN = 0.2;
/** The first guess is nearly the mean face. */
const HEAD_GAIN = 0.1;

type NormedSpec = { readonly kernel: ParameterSpec; readonly gain: ParameterSpec; readonly bias: ParameterSpec };
type BlockSpec = { readonly expand: NormedSpec; readonly depthwise: NormedSpec; readonly project: NormedSpec };

interface BlockPlan {
  readonly name: string;
  readonly input: number;
  readonly hidden: number;
  readonly output: number;
  readonly stride: number;
}

function channelsOf(full: number, width: number): number {
  return Math.max(CHANNEL_MULTIPLE, CHANNEL_MULTIPLE * Math.round((full * width) / CHANNEL_MULTIPLE));
}

function blockPlans(width: number): readonly BlockPlan[] {
  const plans: BlockPlan[] = [];
  let input = channelsOf(STEM_CHANNELS, width);
  for (const [expansion, full, count, stride] of STAGES) {
    for (let index = 0; index < count; index += 1) {
      const output = channelsOf(full, width);
      plans.push({ name: `block${plans.length + 1}`, input, hidden: input * expansion, output, stride: index === 0 ? stride : 1 });
      input = output;
    }
  }
  return plans;
}

const isResidual = ({ input, output, stride }: BlockPlan): boolean => stride === 1 && input === output;

function normedSpec(shape: readonly [number, number, number, number], gain: number): NormedSpec {
  const [height, width, inputs, outputs] = shape;
  const isDepthwise = outputs === 1;
  const count = isDepthwise ? inputs : outputs;
  const fanIn = height * width * (isDepthwise ? 1 : inputs);
  return { kernel: normalSpec(shape, Math.sqrt(1 / fanIn)), gain: constantSpec([count], gain), bias: constantSpec([count], 0) };
}

function blockSpec(plan: BlockPlan): BlockSpec {
  const { input, hidden, output } = plan;
  return {
    expand: normedSpec([1, 1, input, hidden], RELU_GAIN),
    depthwise: normedSpec([3, 3, hidden, 1], RELU_GAIN),
    project: normedSpec([1, 1, hidden, output], isResidual(plan) ? RESIDUAL_GAIN : 1),
  };
}

/** How many numbers the network gives for a face. */
export function openFaceNumbers({ identity, expression }: Pick<OpenFaceSize, 'identity' | 'expression'>): number {
  return identity + expression + POSE_NUMBERS.six + POSE_NUMBERS.camera + POSE_NUMBERS.deviation;
}

function check({ input, width, identity, expression }: OpenFaceSize): void {
  const wholes = [input, identity, expression];
  if (wholes.every((value) => Number.isSafeInteger(value) && value >= 1) && width > 0 && width < Infinity) return;
  throw new InputError({ where: 'openFaceSpec', expected: 'whole sizes of 1 or more, a width above 0', got: JSON.stringify({ input, width, identity, expression }), remedy: 'correct the size of the regressor' });
}

/** Specification of the network. @throws InputError for sizes that no network has */
export function openFaceSpec(size: OpenFaceSize = OPEN_FACE_SIZE) {
  check(size);
  const plans = blockPlans(size.width);
  const blocks: Record<string, BlockSpec> = Object.fromEntries(plans.map((plan) => [plan.name, blockSpec(plan)]));
  const features = channelsOf(LAST_CHANNELS, size.width);
  const side = Math.ceil(size.input / 2 ** HALVINGS);
  const outputs = openFaceNumbers(size);
  return {
    stem: normedSpec([3, 3, 3, channelsOf(STEM_CHANNELS, size.width)], RELU_GAIN),
    blocks,
    last: normedSpec([1, 1, plans.at(-1)?.output as number, features], RELU_GAIN),
    pool: constantSpec([1, side, side, features], 1 / side ** 2),
    head: { weight: normalSpec([features, outputs], HEAD_GAIN * Math.sqrt(1 / features)), bias: constantSpec([outputs], 0) },
  };
}

/** A convolution whose kernels have the lengths `gain`. */
export type NormedConvolution = { readonly kernel: tf.Tensor; readonly gain: tf.Tensor; readonly bias: tf.Tensor };

/** What a network of `Convolution`s reads. */
interface Network<Convolution> {
  readonly stem: Convolution;
  /** `block1` .. `block17` */
  readonly blocks: { readonly [name: string]: { readonly expand: Convolution; readonly depthwise: Convolution; readonly project: Convolution } };
  readonly last: Convolution;
  /** [1, side, side, features], the weight of each place. */
  readonly pool: tf.Tensor;
  readonly head: { readonly weight: tf.Tensor; readonly bias: tf.Tensor };
}

/** Tensors of `openFaceSpec`. */
export type OpenFaceParameters = Network<NormedConvolution>;

/** The network with plain convolutions. */
export type FoldedOpenFace = Network<ConvolutionParameters>;

function folded({ kernel, gain, bias }: NormedConvolution): ConvolutionParameters {
  return { kernel: kernelOfLength(kernel, gain), bias: bias as tf.Tensor1D };
}

/** Gives every kernel its length; differentiable. Tensors made anew belong to the open scope. */
export function foldOpenFace({ stem, blocks, last, pool, head }: OpenFaceParameters): FoldedOpenFace {
  const entries = Object.entries(blocks).map(([name, { expand, depthwise: filter, project }]) => {
    return [name, { expand: folded(expand), depthwise: folded(filter), project: folded(project) }] as const;
  });
  return { stem: folded(stem), blocks: Object.fromEntries(entries), last: folded(last), pool, head };
}

function invertedResidual(block: FoldedOpenFace['blocks'][string], x: tf.Tensor, stride: number): tf.Tensor {
  const wide = activeConv2d(block.expand, x);
  const filtered = biasedRelu(depthwise(wide, block.depthwise.kernel, stride), block.depthwise.bias);
  const narrow = biasedConv2d(block.project, filtered);
  return stride === 1 && narrow.shape[3] === x.shape[3] ? tf.add(x, narrow) : narrow;
}

/**
 * The raw numbers of faces; differentiable by the face and by the parameters.
 *
 * @param face [batch, input, input, 3], RGB in [-1, 1], in the framing of `openFaceCrop`
 * @returns [batch, openFaceNumbers], without bounds
 * @throws ShapeError when the face has another size
 */
export function openFaceNetwork({ stem, blocks, last, pool, head }: FoldedOpenFace, size: OpenFaceSize, face: tf.Tensor): tf.Tensor2D {
  bindAxes('openFaceNetwork', { face }, { face: `batch ${size.input} ${size.input} 3` });
  let x: tf.Tensor = activeConv2d(stem, face, { stride: 2, padding: 1 });
  for (const { name, stride } of blockPlans(size.width)) x = invertedResidual(blocks[name] as FoldedOpenFace['blocks'][string], x, stride);
  const features = activeConv2d(last, x);
  const pooled = tf.sum(tf.mul(features, pool), [1, 2]) as tf.Tensor2D;
  return tf.add(tf.matMul(pooled, head.weight as tf.Tensor2D), head.bias);
}
