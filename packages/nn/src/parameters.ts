/**
 * Parameters are plain nested records of tensors. A network first states its parameters as a tree
 * of specifications; from that tree come the initial tensors, their types, and exact counts
 * without allocating anything.
 */
import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '@mfim/tensor-contracts';
import type { NormalSource } from './seeded-normal.ts';

/** What one parameter is and how it starts. */
export interface ParameterSpec {
  readonly shape: readonly number[];
  /** `normal`: N(0, 1) times `scale`; otherwise a constant. */
  readonly fill: 'normal' | 'constant';
  readonly scale: number;
  /** Buffers (stored noise, running means) are saved but neither trained nor counted. */
  readonly trainable: boolean;
}

/** A nested record of specifications. */
export interface SpecTree {
  readonly [name: string]: ParameterSpec | SpecTree;
}

/** The tensors that a specification tree describes. */
export type ParametersOf<Tree> = Tree extends ParameterSpec
  ? tf.Tensor
  : { readonly [Name in keyof Tree]: ParametersOf<Tree[Name]> };

/** Any nested record of tensors. */
export interface ParameterTree {
  readonly [name: string]: tf.Tensor | ParameterTree;
}

/** N(0, 1) times `scale`. */
export function normalSpec(shape: readonly number[], scale = 1): ParameterSpec {
  return { shape, fill: 'normal', scale, trainable: true };
}

/** A trainable parameter that starts at `value`. */
export function constantSpec(shape: readonly number[], value: number): ParameterSpec {
  return { shape, fill: 'constant', scale: value, trainable: true };
}

/** The same specification as a buffer. */
export function bufferOf(spec: ParameterSpec): ParameterSpec {
  return { ...spec, trainable: false };
}

function isSpec(node: ParameterSpec | SpecTree): node is ParameterSpec {
  return Array.isArray((node as ParameterSpec).shape);
}

/** Every specification by its dotted name, in a fixed order. */
export function flattenSpecs(tree: SpecTree, prefix = ''): ReadonlyMap<string, ParameterSpec> {
  const flat = new Map<string, ParameterSpec>();
  for (const [name, node] of Object.entries(tree)) {
    if (isSpec(node)) flat.set(prefix + name, node);
    else for (const [inner, spec] of flattenSpecs(node, `${prefix}${name}.`)) flat.set(inner, spec);
  }
  return flat;
}

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, size) => product * size, 1);

/** Trainable numbers in a tree of specifications. */
export function countParameters(tree: SpecTree): number {
  let total = 0;
  for (const spec of flattenSpecs(tree).values()) if (spec.trainable) total += sizeOf(spec.shape);
  return total;
}

/** Every tensor by its dotted name, in a fixed order. */
export function flattenParameters(tree: ParameterTree, prefix = ''): ReadonlyMap<string, tf.Tensor> {
  const flat = new Map<string, tf.Tensor>();
  for (const [name, node] of Object.entries(tree)) {
    if (node instanceof tf.Tensor) flat.set(prefix + name, node);
    else for (const [inner, tensor] of flattenParameters(node, `${prefix}${name}.`)) flat.set(inner, tensor);
  }
  return flat;
}

/**
 * Builds the record of a specification tree from tensors by dotted name.
 *
 * @throws ShapeError naming the first parameter that is missing or has another shape.
 */
export function fillParameters<Tree extends SpecTree>(
  tree: Tree,
  tensorOf: (name: string, spec: ParameterSpec) => tf.Tensor | undefined,
  prefix = '',
): ParametersOf<Tree> {
  const record: Record<string, tf.Tensor | ParameterTree> = {};
  for (const [name, node] of Object.entries(tree)) {
    record[name] = isSpec(node)
      ? checked(prefix + name, node, tensorOf(prefix + name, node))
      : (fillParameters(node, tensorOf, `${prefix}${name}.`) as ParameterTree);
  }
  return record as ParametersOf<Tree>;
}

function checked(name: string, spec: ParameterSpec, tensor: tf.Tensor | undefined): tf.Tensor {
  if (tensor !== undefined && tf.util.arraysEqual(tensor.shape, spec.shape.slice())) return tensor;
  throw new ShapeError({
    where: `parameter ${name}`,
    expected: `shape [${spec.shape.join(', ')}]`,
    got: tensor === undefined ? 'no tensor' : `shape [${tensor.shape.join(', ')}]`,
    remedy: 'use weights that were saved with the same configuration',
  });
}

/** Initial tensors of a specification tree, drawn in order from `normal`. */
export function initialParameters<Tree extends SpecTree>(tree: Tree, normal: NormalSource): ParametersOf<Tree> {
  return fillParameters(tree, (_, spec) => {
    const size = sizeOf(spec.shape);
    const values = spec.fill === 'normal' ? normal(size) : new Float32Array(size).fill(1);
    for (let index = 0; index < size; index += 1) values[index] = (values[index] as number) * spec.scale;
    return tf.tensor(values, spec.shape.slice(), 'float32');
  });
}
