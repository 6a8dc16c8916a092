/**
 * Recomputation of activations (Chen et al. 2016, "Training Deep Nets with Sublinear Memory Cost"): while a gradient is taken, a
 * block remembers only its inputs, and runs once more in the backward pass, which frees its activations before it goes on.
 * Costs one more forward pass of the block.
 *
 * The backward pass of a block is such a block itself, so gradients of gradients (R1, path lengths) are right and lean too.
 */
import { InputError } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import { flattenParameters } from '../parameters.ts';
import type { ParameterTree } from '../parameters.ts';
import { JOINTLY, ownTensors } from './backpropagate.ts';
import type { Arrived, TapeNode } from './backpropagate.ts';
import { pullBack } from './pull-back.ts';

/** A block over plain lists of tensors. */
type ListBlock = (inputs: readonly tf.Tensor[]) => readonly tf.Tensor[];

/** Tensors by name. */
export type NamedTensors = Readonly<Record<string, tf.Tensor>>;

function offTape<Result>(run: () => Result): Result {
  const { state } = tf.engine();
  const depth = state.gradientDepth;
  state.gradientDepth = 0;
  try {
    return run();
  } finally {
    state.gradientDepth = depth;
  }
}

/** A tensor from outside would get no gradient. Constants that the block makes itself belong to its scope, or to one inside. */
function checkClosed(tape: readonly TapeNode[], inputs: readonly tf.Tensor[], scope: number): void {
  const known = new Set(inputs.map(({ id }) => id));
  for (const node of tape) {
    const strange = Object.values(node.inputs).find((input) => input instanceof tf.Tensor && !known.has(input.id) && !(input.scopeId >= scope));
    if (strange === undefined) continue;
    throw new InputError({
      where: 'recomputed',
      expected: 'a block that computes from its parameters and inputs alone',
      got: `${node.kernelName} of a tensor [${strange.shape.join(', ')}] from outside`,
      remedy: 'pass that tensor among the inputs',
    });
  }
}

/** The gradients of the inputs with these indices, as a block of all inputs and the gradients that arrive at its outputs. */
function backwardBlock(block: ListBlock, indices: readonly number[], present: readonly boolean[]): ListBlock {
  const arriving = present.filter(Boolean).length;
  return (all) => {
    const inputs = all.slice(0, all.length - arriving);
    const seeds = all.slice(inputs.length);
    let next = 0;
    const run = (): readonly tf.Tensor[] => {
      const { state } = tf.engine();
      const [start, scope] = [state.activeTape.length, state.activeScope.id];
      const outputs = block(inputs);
      checkClosed(state.activeTape.slice(start), inputs, scope);
      return ownTensors(outputs);
    };
    const xs = indices.map((index) => inputs[index] as tf.Tensor);
    const { outputs, gradients } = pullBack(run, xs, () => present.map((is) => (is ? seeds[next++] : undefined)));
    tf.dispose(outputs);
    return gradients.map((gradient, position) => gradient ?? tf.zerosLike(xs[position] as tf.Tensor));
  };
}

function remembered(block: ListBlock, inputs: readonly tf.Tensor[]): tf.Tensor[] {
  const engine = tf.engine();
  if (!engine.isTapeOn()) return tf.tidy(() => [...block(inputs)]);
  // On the tape, so that a gradient of this gradient finds its way from them to the inputs.
  const saved = inputs.map((input) => tf.keep(tf.clone(input)));
  const outputs = offTape(() => tf.tidy(() => ownTensors(block(inputs))));
  const jointly = (arrived: readonly Arrived[], names: readonly string[]): NamedTensors => {
    const backward = backwardBlock(block, names.map(Number), arrived.map((gradient) => gradient !== undefined));
    const gradients = remembered(backward, [...saved, ...arrived.filter((gradient) => gradient !== undefined)]);
    return Object.fromEntries(names.map((name, position) => [name, gradients[position] as tf.Tensor]));
  };
  const node: TapeNode = {
    id: engine.state.nextTapeNodeId,
    kernelName: 'Recomputed',
    inputs: Object.fromEntries(inputs.map((input, index) => [index, input])),
    outputs,
    saved,
    [JOINTLY]: jointly,
    // For tfjs's own backward pass, which does not say what it wants.
    gradient(arrived) {
      const floats = inputs.flatMap(({ dtype }, index) => (dtype === 'float32' ? [String(index)] : []));
      const all = jointly(arrived.map((gradient) => gradient ?? undefined), floats);
      return Object.fromEntries(floats.map((name) => [name, () => all[name] as tf.Tensor]));
    },
  };
  engine.state.nextTapeNodeId += 1;
  engine.state.activeTape.push(node);
  return outputs;
}

/** The same nested record with other tensors, in the order of `flattenParameters`. */
function withTensors(tree: ParameterTree, tensors: Iterator<tf.Tensor>): ParameterTree {
  return Object.fromEntries(Object.entries(tree).map(([name, node]) => [name, node instanceof tf.Tensor ? (tensors.next().value as tf.Tensor) : withTensors(node, tensors)]));
}

function checkOutputs(outputs: NamedTensors): void {
  if (typeof outputs === 'object' && Object.values(outputs).every((output) => output instanceof tf.Tensor)) return;
  throw new InputError({ where: 'recomputed', expected: 'a block that returns a record of tensors', got: String(outputs), remedy: 'return for instance { x }' });
}

/**
 * The block with recomputation: the same outputs, and the same gradients up to the order in which float32 numbers are added.
 *
 * @param block a pure function: the same parameters and inputs give the same outputs. Every tensor that it reads, and whose
 *   gradient is wanted, is among its parameters and inputs, which are nested records of tensors
 * @returns a function that throws InputError, when a gradient is taken, for a block that reads a tensor from outside
 */
export function recomputed<Parameters extends object, Inputs extends object, Outputs extends NamedTensors>(
  block: (parameters: Parameters, inputs: Inputs) => Outputs,
): (parameters: Parameters, inputs: Inputs) => Outputs {
  return (parameters, inputs) => {
    const tree = { parameters, inputs } as unknown as ParameterTree;
    let names: readonly string[] = [];
    const overList: ListBlock = (tensors) => {
      const given = withTensors(tree, tensors.values()) as unknown as { readonly parameters: Parameters; readonly inputs: Inputs };
      const outputs = block(given.parameters, given.inputs);
      checkOutputs(outputs);
      names = Object.keys(outputs);
      return Object.values(outputs);
    };
    const drawn = remembered(overList, [...flattenParameters(tree).values()]);
    return Object.fromEntries(names.map((name, index) => [name, drawn[index] as tf.Tensor])) as Outputs;
  };
}
