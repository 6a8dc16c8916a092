/**
 * A network whose trainable parameters live in one flat vector, in the fixed order of its
 * specification: one optimiser update, one gradient bucket, whatever the number of layers.
 */
import { fillParameters, flattenSpecs, initialParameters, flattenParameters } from '@mfim/nn';
import type { NormalSource, ParameterSpec, ParametersOf, SpecTree } from '@mfim/nn';
import * as tf from '@tensorflow/tfjs-core';

/** Where each trainable parameter lies in the flat vector. */
export interface FlatLayout {
  readonly names: readonly string[];
  readonly shapes: readonly (readonly number[])[];
  readonly sizes: readonly number[];
  readonly total: number;
}

/** The form of a network: its tree, the layout of its flat vector, and its stored buffers. */
export interface FlatNetwork<Tree extends SpecTree> {
  readonly tree: Tree;
  readonly layout: FlatLayout;
  readonly buffers: ReadonlyMap<string, tf.Tensor>;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

function layoutOf(specs: ReadonlyMap<string, ParameterSpec>): FlatLayout {
  const trained = [...specs].filter(([, spec]) => spec.trainable);
  const sizes = trained.map(([, spec]) => sizeOf(spec.shape));
  return {
    names: trained.map(([name]) => name),
    shapes: trained.map(([, spec]) => spec.shape),
    sizes,
    total: sizes.reduce((sum, size) => sum + size, 0),
  };
}

/** A fresh network and its flat vector [total]. */
export function flatNetwork<Tree extends SpecTree>(
  tree: Tree,
  normal: NormalSource,
): { readonly network: FlatNetwork<Tree>; readonly flat: tf.Tensor } {
  const specs = flattenSpecs(tree);
  const layout = layoutOf(specs);
  const tensors = flattenParameters(initialParameters(tree, normal) as never);
  const buffers = new Map([...tensors].filter(([name]) => specs.get(name)?.trainable === false));
  const flat = tf.tidy(() => tf.concat(layout.names.map((name) => tf.reshape(tensors.get(name) as tf.Tensor, [-1]))));
  for (const name of layout.names) tensors.get(name)?.dispose();
  return { network: { tree, layout, buffers }, flat };
}

/** The nested record of a flat vector; differentiable. */
export function parametersOf<Tree extends SpecTree>(network: FlatNetwork<Tree>, flat: tf.Tensor): ParametersOf<Tree> {
  const { layout, buffers } = network;
  const pieces = tf.split(flat, layout.sizes.slice());
  const byName = new Map(layout.names.map((name, index) => [name, index]));
  return fillParameters(network.tree, (name) => {
    const index = byName.get(name);
    if (index === undefined) return buffers.get(name);
    const [piece, shape] = [pieces[index] as tf.Tensor, layout.shapes[index] as readonly number[]];
    return shape.length === 1 ? piece : tf.reshape(piece, shape.slice());
  });
}
