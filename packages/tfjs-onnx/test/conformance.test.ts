/**
 * Conformance: every kernel, with shapes and attributes drawn at random, on tfjs's CPU backend and as an exported
 * graph on ONNX Runtime; the gradient by its inputs in the same graph. A kernel is added in `conformance/`.
 */
import '@tensorflow/tfjs'; // unlike tfjs-core, it registers gradients
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { kernelRules } from '../src/kernels/kernel-rules.ts';
import { recordFunction } from '../src/recording/record-function.ts';
import type { TracedFunction } from '../src/recording/record-function.ts';
import { registerKernels } from '../src/recording/register-kernels.ts';
import { kernelCases } from './conformance/all-cases.ts';
import type { KernelCase, Sample } from './conformance/kernel-case.ts';
import { expectSame, expectSameNumber, numbers } from './run-onnx.ts';
import type { Comparison, Numbers } from './run-onnx.ts';

const RUNS = 3;
const TOLERANCE = 1e-4;

beforeAll(async () => {
  await tf.setBackend('cpu');
  registerKernels(kernelRules.values());
});

type Outputs = (tensors: tf.Tensor[]) => tf.Tensor[];

function outputsOf({ run }: KernelCase, attributes: never): Outputs {
  return (tensors) => [run(tensors, attributes)].flat();
}

/** A number that depends on every item of every output, each with another weight. */
function weighted(outputs: Outputs): (...tensors: tf.Tensor[]) => tf.Tensor {
  return (...tensors) => tf.addN(outputs(tensors).map((y) => tf.sum(tf.mul(y, tf.reshape(tf.cos(tf.range(0, y.size)), y.shape)))));
}

/** What a case computes: its outputs, and their gradients where tfjs's are right. */
function comparisonOf(each: KernelCase, { shapes, attributes }: Sample<never>): Comparison {
  const names = shapes.map((_, index) => `in${index}`);
  const outputs = outputsOf(each, attributes);
  return {
    inputs: Object.fromEntries(names.map((name, index) => [name, numbers(shapes[index] ?? [], index + 1)])),
    fn: (tensors) => {
      const inputs = names.map((name) => tensors[name] as tf.Tensor);
      return each.gradient === 'same' ? [...outputs(inputs), ...tf.grads(weighted(outputs))(inputs)] : outputs(inputs);
    },
  };
}

/** <A x, y> and <x, A' y> of a linear kernel A of one input. */
function adjointOf(each: KernelCase, { shapes, attributes }: Sample<never>): { readonly inputs: Record<string, Numbers>; readonly fn: TracedFunction } {
  const [shape = []] = shapes;
  const image = (x: tf.Tensor): tf.Tensor => each.run([x], attributes) as tf.Tensor;
  const inputs = { x: numbers(shape, 4), y: numbers(image(tf.zeros([...shape])).shape, 6) };
  return {
    inputs,
    fn: ({ x, y }) => {
      const product = (pixels: tf.Tensor): tf.Tensor => tf.sum(tf.mul(image(pixels), y as tf.Tensor));
      return { left: product(x as tf.Tensor), right: tf.sum(tf.mul(x as tf.Tensor, tf.grad(product)(x as tf.Tensor))) };
    },
  };
}

async function check(each: KernelCase, sample: Sample<never>): Promise<void> {
  await expectSame(comparisonOf(each, sample), TOLERANCE);
  if (each.gradient === 'adjoint') await expectSameNumber(adjointOf(each, sample), TOLERANCE);
}

function kernelsOf(fn: TracedFunction, inputs: Readonly<Record<string, Numbers>>): string[] {
  const types = Object.entries(inputs).map(([name, { shape }]) => [name, { shape, dtype: 'float32' as const }] as const);
  const { graph } = recordFunction(fn, { inputs: new Map(types), variablesAreInputs: false });
  return graph.calls.map(({ kernel }) => kernel);
}

function kernelsReachedBy(each: KernelCase): Set<string> {
  const [sample] = fc.sample(each.samples, 1) as [Sample<never>];
  const { fn, inputs } = comparisonOf(each, sample);
  const plain = kernelsOf((tensors) => Object.fromEntries([fn(tensors)].flat().map((y, index) => [`out${index}`, y])), inputs);
  if (each.gradient !== 'adjoint') return new Set(plain);
  const adjoint = adjointOf(each, sample);
  return new Set([...plain, ...kernelsOf(adjoint.fn, adjoint.inputs)]);
}

describe('the table', () => {
  test('every case calls its kernel', () => {
    for (const each of kernelCases) expect(kernelsReachedBy(each), each.name).toContain(each.kernel);
  });

  test('every kernel that can be traced has a case', () => {
    const reached = new Set(kernelCases.flatMap((each) => [...kernelsReachedBy(each)]));
    expect([...kernelRules.keys()].filter((kernel) => !reached.has(kernel)).join(' ')).toBe('');
  });
});

test.each(kernelCases.map((each) => [each.name, each] as const))('%s', async (_, each) => {
  await fc.assert(fc.asyncProperty(each.samples, (sample) => check(each, sample)), { numRuns: RUNS });
});
