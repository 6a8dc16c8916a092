/**
 * What a compiled function may be called with, and the check of what it is called with: names, types, shapes, and no NaN.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import { InputError } from '@mfim/tensor-contracts';
import type { TensorType } from '../recording/recorded-graph.ts';
import type { HostType } from './onnx-runtime.ts';

/** Form of one input. A dimension given by a name is free: equal names are equal sizes. */
export interface InputSpec {
  readonly shape: readonly (number | string)[];
  /** Default `float32`. */
  readonly dtype?: HostType;
}

/** The inputs by name. */
export type InputSpecs = Readonly<Record<string, InputSpec>>;

function shown(dtype: string, shape: readonly unknown[]): string {
  return `${dtype} [${shape.join(', ')}]`;
}

function checkNames(where: string, specs: InputSpecs, given: readonly string[]): void {
  const wanted = Object.keys(specs);
  const missing = wanted.filter((name) => !given.includes(name));
  const unknown = given.filter((name) => !wanted.includes(name));
  if (missing.length === 0 && unknown.length === 0) return;
  throw new InputError({
    where,
    expected: wanted.length === 0 ? 'no inputs' : `the inputs ${wanted.join(', ')}`,
    got: [...missing.map((name) => `no ${name}`), ...unknown.map((name) => `an unknown ${name}`)].join(', '),
    remedy: 'pass every input that the specs name, and no other',
  });
}

function fits(shape: readonly number[], spec: InputSpec, sizes: Map<string, number>): boolean {
  if (shape.length !== spec.shape.length) return false;
  return spec.shape.every((wanted, axis) => {
    const size = shape[axis] as number;
    if (typeof wanted === 'number') return wanted === size;
    const known = sizes.get(wanted);
    sizes.set(wanted, known ?? size);
    return known === undefined || known === size;
  });
}

function describeSizes(spec: InputSpec, sizes: ReadonlyMap<string, number>): string {
  const bound = spec.shape.filter((size): size is string => typeof size === 'string' && sizes.has(size));
  return bound.length === 0 ? '' : ` (with ${bound.map((size) => `${size} = ${sizes.get(size)}`).join(', ')})`;
}

/**
 * The types of the inputs of one call.
 *
 * @param where starts the messages: the compiled function's name
 * @throws InputError that names the input, both shapes and the remedy
 */
export function checkInputs(where: string, specs: InputSpecs, inputs: Readonly<Record<string, Tensor>>): Map<string, TensorType> {
  checkNames(where, specs, Object.keys(inputs));
  const sizes = new Map<string, number>();
  return new Map(
    Object.entries(specs).map(([name, spec]) => {
      const { shape, dtype } = inputs[name] as Tensor;
      const before = new Map(sizes);
      if (dtype !== (spec.dtype ?? 'float32') || !fits(shape, spec, sizes)) {
        throw new InputError({
          where: `${where}, input ${name}`,
          expected: shown(spec.dtype ?? 'float32', spec.shape) + describeSizes(spec, before),
          got: shown(dtype, shape),
          remedy: 'reshape or cast it, or compile for its shape (a name such as "batch" in the spec leaves a dimension free)',
        });
      }
      return [name, { shape, dtype }] as const;
    }),
  );
}

/** @throws InputError that names the input, its shape and the place of its first NaN */
export function refuseNaN(where: string, name: string, { data, shape }: { readonly data: ArrayLike<number>; readonly shape: readonly number[] }): void {
  for (let index = 0; index < data.length; index += 1) {
    const value = data[index] as number;
    if (value === value) continue;
    throw new InputError({
      where: `${where}, input ${name}`,
      expected: 'numbers',
      got: `NaN at item ${index} of ${shown('float32', shape)}`,
      remedy: 'find where it comes from; tf.isNaN marks them, and checkNumbers: false lets them pass',
    });
  }
}
