/** What a training step needs, counted by running it with shapes alone (`countMemory` of @mfim/tfjs-onnx): exact, quick, and of any size. */
import { countMemory } from '@mfim/tfjs-onnx';
import type { MemoryCount } from '@mfim/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { STEP_PHASES } from '../training/training-step.ts';

/** The same nested record, its tensors replaced by zeros of the active backend. */
export function emptied<Tree>(tree: Tree): Tree {
  if (tree instanceof tf.Tensor) return tf.fill(tree.shape, 0) as Tree;
  if (typeof tree !== 'object' || tree === null) return tree;
  return Object.fromEntries(Object.entries(tree).map(([name, value]) => [name, emptied(value)])) as Tree;
}

/**
 * @param state gives the shapes; it stays as it is
 * @param take takes the step from a state that it may dispose of
 */
export function countStep<State extends object>(state: State, take: (state: State) => unknown): MemoryCount {
  return countMemory(() => {
    take(emptied(state));
  }, STEP_PHASES);
}
