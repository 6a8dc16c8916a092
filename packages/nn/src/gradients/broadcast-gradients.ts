/**
 * Gradients of arithmetic that broadcasts, and of sums. tfjs's own make an array of ones in JavaScript for every sum, and copy
 * what has the right type and shape already.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { GradConfig } from '@tensorflow/tfjs-core';

/** Sums over what was broadcast from `shape`. */
export function reducedTo(gradient: tf.Tensor, shape: readonly number[]): tf.Tensor {
  const wanted = shape.slice();
  // A clone, since tfjs's own backward pass disposes what it gets.
  if (tf.util.arraysEqual(gradient.shape, wanted)) return tf.clone(gradient);
  const axes = tf.broadcast_util.getReductionAxes(wanted, gradient.shape);
  const sums = axes.length === 0 ? gradient : tf.sum(gradient, axes);
  return tf.util.arraysEqual(sums.shape, wanted) ? sums : tf.reshape(sums, wanted);
}

const add: GradConfig = {
  kernelName: 'Add',
  inputsToSave: ['a', 'b'],
  gradFunc: (dy, saved) => {
    const [a, b] = saved as [tf.Tensor, tf.Tensor];
    return { a: () => reducedTo(dy as tf.Tensor, a.shape), b: () => reducedTo(dy as tf.Tensor, b.shape) };
  },
};

const subtract: GradConfig = {
  kernelName: 'Sub',
  inputsToSave: ['a', 'b'],
  gradFunc: (dy, saved) => {
    const [a, b] = saved as [tf.Tensor, tf.Tensor];
    return { a: () => reducedTo(dy as tf.Tensor, a.shape), b: () => tf.neg(reducedTo(dy as tf.Tensor, b.shape)) };
  },
};

const multiply: GradConfig = {
  kernelName: 'Multiply',
  inputsToSave: ['a', 'b'],
  gradFunc: (dy, saved) => {
    const [a, b] = saved as [tf.Tensor, tf.Tensor];
    return { a: () => reducedTo(tf.mul(dy as tf.Tensor, b), a.shape), b: () => reducedTo(tf.mul(dy as tf.Tensor, a), b.shape) };
  },
};

const square: GradConfig = {
  kernelName: 'Square',
  inputsToSave: ['x'],
  gradFunc: (dy, [x]) => ({ x: () => tf.mul(dy as tf.Tensor, tf.mul(x as tf.Tensor, 2)) }),
};

/** The gradient of a reduction, [..] without the axes that are gone, at every place that was summed. */
function spread(gradient: tf.Tensor, x: tf.Tensor, axes: readonly number[]): tf.Tensor {
  const gone = new Set(axes);
  const narrow = x.shape.map((size, axis) => (gone.has(axis) ? 1 : size));
  return tf.broadcastTo(tf.reshape(gradient, narrow), x.shape);
}

const sum: GradConfig = {
  kernelName: 'Sum',
  inputsToSave: ['x'],
  gradFunc: (dy, [x], { axis }) => ({
    x: () => spread(dy as tf.Tensor, x as tf.Tensor, tf.util.parseAxisParam(axis as number[], (x as tf.Tensor).shape)),
  }),
};

const mean: GradConfig = {
  kernelName: 'Mean',
  inputsToSave: ['x'],
  gradFunc: (dy, [x], { axis }) => ({
    x: () => {
      const { shape } = x as tf.Tensor;
      const axes = tf.util.parseAxisParam(axis as number[], shape);
      const count = axes.reduce((product, each) => product * (shape[each] as number), 1);
      return spread(tf.div(dy as tf.Tensor, count), x as tf.Tensor, axes);
    },
  }),
};

/** tfjs's own has at most four axes, and cuts the gradient into its repetitions. */
const tile: GradConfig = {
  kernelName: 'Tile',
  inputsToSave: ['x'],
  gradFunc: (dy, [x], { reps }) => ({
    x: () => {
      const { shape } = x as tf.Tensor;
      const apart: number[] = [];
      const repeated: number[] = [];
      for (const [axis, count] of (reps as number[]).entries()) {
        if (count !== 1) repeated.push(apart.push(count) - 1);
        apart.push(shape[axis] as number);
      }
      return tf.reshape(tf.sum(tf.reshape(dy as tf.Tensor, apart), repeated), shape);
    },
  }),
};

/** To be registered for all backends. */
export const BROADCAST_GRADIENTS: readonly GradConfig[] = [add, subtract, multiply, square, sum, mean, tile];
