/**
 * What a conformance case is: one tfjs kernel, shapes and attributes drawn by fast-check, and the call. The
 * suite runs it on tfjs and on the exported graph.
 */
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';

/** Shapes of the inputs, and what else the call takes. */
export interface Sample<Attributes> {
  readonly shapes: readonly (readonly number[])[];
  readonly attributes: Attributes;
}

/**
 * How the gradient by the inputs is checked: against tfjs; by the law <A x, y> = <x, A' y> of linear maps, where tfjs's CPU
 * backend is wrong; or not at all, because tfjs has none.
 */
export type GradientCheck = 'same' | 'adjoint' | 'none';

/** One kernel under test. Inputs hold numbers in [-1, 1). */
export interface KernelCase {
  readonly kernel: string;
  readonly name: string;
  readonly gradient: GradientCheck;
  readonly samples: fc.Arbitrary<Sample<never>>;
  readonly run: (inputs: tf.Tensor[], attributes: never) => tf.Tensor | tf.Tensor[];
}

interface CaseOptions<Attributes> {
  readonly samples: fc.Arbitrary<Sample<Attributes>>;
  readonly run: (inputs: tf.Tensor[], attributes: Attributes) => tf.Tensor | tf.Tensor[];
  readonly gradient?: GradientCheck;
  /** What distinguishes it from other cases of the kernel. */
  readonly name?: string;
}

/** A case of `kernel`; without `gradient` none is checked. */
export function kernelCase<Attributes>(kernel: string, { samples, run, gradient = 'none', name }: CaseOptions<Attributes>): KernelCase {
  const label = name === undefined ? kernel : `${kernel}: ${name}`;
  return { kernel, name: label, gradient, samples: samples as fc.Arbitrary<Sample<never>>, run: run as KernelCase['run'] };
}

/** Calls a kernel that has no function of its own. */
export function runKernel(kernel: string, inputs: Record<string, tf.Tensor>, attributes: object): tf.Tensor {
  return tf.engine().runKernel(kernel, inputs, attributes as never) as tf.Tensor;
}

/** The numbers of a bool or integer tensor, so that they can be compared. */
export function asNumbers(x: tf.Tensor): tf.Tensor {
  return tf.cast(x, 'float32');
}

/** `x` moved into [0.5, 1.5): for logarithms, roots and divisors. */
export function positive(x: tf.Tensor): tf.Tensor {
  return tf.add(tf.abs(x), 0.5);
}

/** A size of 1 to 4. */
export const side: fc.Arbitrary<number> = fc.integer({ min: 1, max: 4 });

/** A shape of `least` to `most` axes. */
export function shapeOf(least: number, most = least): fc.Arbitrary<number[]> {
  return fc.array(side, { minLength: least, maxLength: most });
}

/** One input, no attributes. */
export function oneInput(least = 1, most = 4): fc.Arbitrary<Sample<undefined>> {
  return shapeOf(least, most).map((shape) => ({ shapes: [shape], attributes: undefined }));
}

/** `count` inputs of one shape. */
export function sameShapes(count: number, least = 1, most = 4): fc.Arbitrary<Sample<undefined>> {
  return shapeOf(least, most).map((shape) => ({ shapes: Array.from({ length: count }, () => shape), attributes: undefined }));
}

/** Two shapes that broadcast: axes are left out at the front, or 1, at random. */
export const broadcasting: fc.Arbitrary<Sample<undefined>> = fc
  .record({ shape: shapeOf(1, 4), ones: fc.nat(255), missing: fc.nat(3), swapped: fc.boolean() })
  .map(({ shape, ones, missing, swapped }) => {
    const narrow = shape.map((size, axis) => ((ones >> axis) & 1) === 1 ? 1 : size).slice(missing % shape.length);
    const wide = shape.map((size, axis) => ((ones >> (axis + 4)) & 1) === 1 && narrow[axis - shape.length + narrow.length] === size ? 1 : size);
    return { shapes: swapped ? [narrow, wide] : [wide, narrow], attributes: undefined };
  });

/** One input of `least` to `most` axes, and some of its axes. */
export function someAxes(least: number, most: number): fc.Arbitrary<Sample<{ axes: number[]; keep: boolean }>> {
  return shapeOf(least, most).chain((shape) =>
    fc.record({
      shapes: fc.constant([shape]),
      attributes: fc.record({ axes: fc.subarray(shape.map((_, axis) => axis), { minLength: 1 }), keep: fc.boolean() }),
    }),
  );
}

/** One input of `least` to `most` axes, and one axis. */
export function oneAxis(least: number, most: number): fc.Arbitrary<Sample<{ axis: number }>> {
  return shapeOf(least, most).chain((shape) =>
    fc.record({ shapes: fc.constant([shape]), attributes: fc.record({ axis: fc.integer({ min: -shape.length, max: shape.length - 1 }) }) }),
  );
}
