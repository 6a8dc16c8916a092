/**
 * The product of gradients with respect to outputs and the Jacobian of a function of tensors: reverse-mode differentiation of
 * a function with several outputs, on tfjs's tape. It may be called while another gradient is being taken: in its forward
 * part it is recorded and can be differentiated in turn, in its backward part (where tfjs's own `tf.grad` would lose the
 * tape) it works on a tape of its own.
 */
import * as tf from '@tensorflow/tfjs-core';
import { backpropagate, ownTensors, releaseSaved } from './backpropagate.ts';
import type { Arrived } from './backpropagate.ts';

/** Outputs, and for each x its gradient, or none where no output depends on it. */
export interface PulledBack {
  readonly outputs: tf.Tensor[];
  readonly gradients: (tf.Tensor | undefined)[];
}

function forward(run: () => readonly tf.Tensor[]): tf.Tensor[] {
  const { state } = tf.engine();
  state.gradientDepth += 1;
  try {
    return tf.tidy('forward', () => [...run()]);
  } finally {
    state.gradientDepth -= 1;
  }
}

/** Gradients with respect to outputs by the id of the output. One tensor may stand for several outputs. */
function seeded(outputs: readonly tf.Tensor[], seeds: readonly Arrived[]): Map<number, tf.Tensor> {
  const gradients = new Map<number, tf.Tensor>();
  outputs.forEach(({ id }, index) => {
    const [seed] = ownTensors(seeds.slice(index, index + 1).filter((given) => given !== undefined));
    const before = gradients.get(id);
    if (seed !== undefined) gradients.set(id, before === undefined ? seed : tf.add(before, seed));
  });
  return gradients;
}

/**
 * @param run computes the outputs from `xs` and constants
 * @param seedsOf the gradient with respect to each output; undefined: nothing is asked of it
 */
export function pullBack(run: () => readonly tf.Tensor[], xs: readonly tf.Tensor[], seedsOf: (outputs: readonly tf.Tensor[]) => readonly Arrived[]): PulledBack {
  const { state } = tf.engine();
  const release = state.gradientDepth === 0;
  const outer = state.activeTape;
  if (release) state.activeTape = [];
  const { activeTape } = state;
  try {
    const outputs = forward(run);
    const gradients = tf.tidy('backward', () => {
      const found = seeded(outputs, seedsOf(outputs));
      backpropagate({ tape: activeTape.slice(), gradients: found, xs, release });
      return xs.map(({ id }) => found.get(id) as tf.Tensor);
    });
    return { outputs, gradients };
  } finally {
    if (release) for (const node of activeTape) releaseSaved(node);
    state.activeTape = outer;
  }
}
