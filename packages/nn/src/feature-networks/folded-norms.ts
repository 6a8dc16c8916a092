/**
 * Batch normalisations of networks that are run and not trained, each folded into the convolution before it when the weights
 * are loaded.
 */
import * as tf from '@tensorflow/tfjs-core';
import { batchNormSpec, foldBatchNorm } from '../batch-norm.ts';
import type { BatchNormParameters } from '../batch-norm.ts';
import { fillParameters, normalSpec } from '../parameters.ts';
import type { ParameterTree, ParametersOf, SpecTree } from '../parameters.ts';
import type { ConvolutionParameters, WeightState } from './weight-state.ts';

/** What `foldNorms` makes of a tree: every `{ kernel, norm }` becomes `{ kernel, bias }`. */
export type Folded<Tree> = Tree extends tf.Tensor
  ? Tree
  : Tree extends { readonly kernel: tf.Tensor; readonly norm: BatchNormParameters }
    ? Omit<Tree, 'kernel' | 'norm'> & ConvolutionParameters
    : { readonly [Name in keyof Tree]: Folded<Tree[Name]> };

/** A kernel of `size` pixels, [height, width], He-initialised: [height, width, input, output]. */
export function kernelSpec([height, width]: readonly [number, number], input: number, output: number) {
  return normalSpec([height, width, input, output], Math.sqrt(2 / (height * width * input)));
}

/** A square convolution without bias, and the batch normalisation after it. */
export function normedConvSpec(size: number, input: number, output: number) {
  return { kernel: kernelSpec([size, size], input, output), norm: batchNormSpec(output) };
}

function foldedTree(tree: ParameterTree, epsilon?: number): ParameterTree {
  const { kernel, norm, ...others } = tree;
  if (kernel instanceof tf.Tensor && norm !== undefined) {
    return { ...foldBatchNorm(norm as BatchNormParameters, kernel, epsilon), ...others };
  }
  const entries = Object.entries(tree).map(([name, node]) => [name, node instanceof tf.Tensor ? node : foldedTree(node, epsilon)] as const);
  return Object.fromEntries(entries);
}

/**
 * The same network without the batch normalisations that follow convolutions. Tensors made anew belong to the open scope, all
 * others are the caller's own.
 *
 * @param tree in which a convolution and the normalisation after it are named `kernel` and `norm`
 * @param epsilon of the normalisations, where it is not PyTorch's 1e-5
 */
export function foldNorms<Tree extends object>(tree: Tree, epsilon?: number): Folded<Tree> {
  return foldedTree(tree as unknown as ParameterTree, epsilon) as Folded<Tree>;
}

/**
 * Parameters of an imported file, folded by `fold`; what is left over is disposed.
 *
 * @param spec as they are imported
 * @param state tensors by our names in our layouts
 * @throws ShapeError naming the first parameter that is missing or has another shape.
 */
export function foldedParameters<Tree extends SpecTree, Parameters extends object>(
  spec: Tree,
  state: WeightState,
  fold: (imported: ParametersOf<Tree>) => Parameters,
): Parameters {
  const read = (): Parameters =>
    fold(
      fillParameters(spec, (name) => {
        const found = state.get(name);
        return found === undefined ? undefined : tf.tensor(found.data, found.shape.slice(), 'float32');
      }),
    );
  return tf.tidy(read as () => Parameters & tf.TensorContainer);
}
