/**
 * Gradients of convolutions come out the same in every way in which they can be written.
 */
import '@tensorflow/tfjs'; // unlike tfjs-core, it registers gradients
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, test } from 'vitest';
import type { Choices } from '../src/lowering/choices.ts';
import { imageCases } from './conformance/image-cases.ts';
import type { KernelCase } from './conformance/kernel-case.ts';
import { elementwiseCases } from './conformance/elementwise-cases.ts';
import { expectSame, numbers } from './run-onnx.ts';

const RUNS = 8;

beforeAll(() => tf.setBackend('cpu'));

const mappings: readonly (readonly [kernel: string, Partial<Choices>])[] = [
  ['Conv2DBackpropFilter', { filterGradient: 'taps' }],
  ['Conv2DBackpropFilter', { filterGradient: 'columns' }],
  ['Conv2DBackpropFilter', { filterGradient: 'outer' }],
  ['Conv2DBackpropFilter', { filterGradient: 'pairs' }],
  ['Conv2DBackpropFilter', { filterGradient: 'convolution' }],
  ['Conv2DBackpropInput', { stridedInputGradient: 'transposed' }],
  ['Conv2DBackpropInput', { stridedInputGradient: 'phases' }],
  ['Conv2DBackpropInput', { stridedInputGradient: 'blocks' }],
  ['DepthwiseConv2dNativeBackpropInput', { stridedInputGradient: 'transposed' }],
  ['DepthwiseConv2dNativeBackpropInput', { stridedInputGradient: 'phases' }],
  ['Step', { step: 'comparison' }],
  ['Step', { step: 'clip' }],
  ['Step', { step: 'hard sigmoid' }],
];

const rows = mappings.flatMap(([kernel, choices]) =>
  [...imageCases, ...elementwiseCases].filter((each) => each.kernel === kernel).map((each) => [each.name, JSON.stringify(choices), each, choices] as const),
);

async function check({ samples, run }: KernelCase, choices: Partial<Choices>): Promise<void> {
  await fc.assert(
    fc.asyncProperty(samples, async ({ shapes, attributes }) => {
      const inputs = Object.fromEntries(shapes.map((shape, index) => [`in${index}`, numbers(shape, index + 1)] as const));
      await expectSame({ inputs, fn: (tensors) => run(shapes.map((_, index) => tensors[`in${index}`] as tf.Tensor), attributes), options: { choices } });
    }),
    { numRuns: RUNS },
  );
}

test.each(rows)('%s with %s', async (_, __, each, choices) => check(each, choices));
