/** Kernels that reduce axes or normalise over them. */
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { asNumbers, kernelCase, oneAxis, oneInput, positive, shapeOf, someAxes } from './kernel-case.ts';
import type { GradientCheck, KernelCase, Sample } from './kernel-case.ts';

type Reduce = (x: tf.Tensor, axes: number[], keep: boolean) => tf.Tensor;

function reduction(kernel: string, fn: Reduce, gradient: GradientCheck = 'none'): KernelCase {
  return kernelCase(kernel, { samples: someAxes(1, 4), run: ([x], { axes, keep }) => fn(x as tf.Tensor, axes, keep), gradient });
}

function alongAxis(kernel: string, fn: (x: tf.Tensor, axis: number) => tf.Tensor): KernelCase {
  return kernelCase(kernel, { samples: oneAxis(1, 4), run: ([x], { axis }) => fn(x as tf.Tensor, axis) });
}

const logical = (fn: Reduce): Reduce => (x, axes, keep) => asNumbers(fn(tf.greater(x, -0.3), axes, keep));

interface Running {
  readonly axis: number;
  readonly exclusive: boolean;
  readonly reverse: boolean;
}

/** A running sum along any axis, or the last one: tfjs transposes the gradients of others. */
function running(last: boolean): fc.Arbitrary<Sample<Running>> {
  return shapeOf(1, 4).chain((shape) =>
    fc.record({
      shapes: fc.constant([shape]),
      attributes: fc.record({ axis: last ? fc.constant(shape.length - 1) : fc.nat(shape.length - 1), exclusive: fc.boolean(), reverse: fc.boolean() }),
    }),
  );
}

const runningSum = ([x]: tf.Tensor[], { axis, exclusive, reverse }: Running): tf.Tensor => tf.cumsum(x as tf.Tensor, axis, exclusive, reverse);

/** Reductions. */
export const reductionCases: readonly KernelCase[] = [
  reduction('Sum', (x, axes, keep) => tf.sum(x, axes, keep), 'same'),
  reduction('Mean', (x, axes, keep) => tf.mean(x, axes, keep), 'same'),
  reduction('Max', (x, axes, keep) => tf.max(x, axes, keep), 'same'),
  reduction('Min', (x, axes, keep) => tf.min(x, axes, keep), 'same'),
  reduction('Prod', (x, axes, keep) => tf.prod(positive(x), axes, keep)),
  reduction('All', logical((x, axes, keep) => tf.all(x, axes, keep))),
  reduction('Any', logical((x, axes, keep) => tf.any(x, axes, keep))),
  alongAxis('ArgMax', (x, axis) => asNumbers(tf.argMax(x, axis))),
  alongAxis('ArgMin', (x, axis) => asNumbers(tf.argMin(x, axis))),
  kernelCase('Softmax', { samples: oneInput(), run: ([x]) => tf.softmax(x as tf.Tensor), gradient: 'same' }),
  kernelCase('Cumsum', { samples: running(false), run: runningSum }),
  kernelCase('Cumsum', { name: 'along the last axis', samples: running(true), run: runningSum, gradient: 'same' }),
];
