import '@tensorflow/tfjs';
import { recomputed, registerSecondOrderGradients, releasingGradients } from '@mfim/nn';
import { InputError } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { expectGradient } from '../gradient-check.ts';
import { block, chain, chainParameters, difference, random, recomputedBlock } from './block-chain.ts';
import { peakOfBuffers } from './peak-of-buffers.ts';

beforeAll(async () => {
  registerSecondOrderGradients();
  await tf.setBackend('cpu');
});

const parameters = { weight: random(3, 3, 2, 2), bias: random(2) };
/** Sums in another order than plain tfjs; measured 7e-8. */
const SECOND_ORDER_TOLERANCE = 1e-6;

/** Gradients of an R1 penalty, a gradient inside a gradient, with respect to parameters and image. */
function penaltyGradients(draw: typeof block, tensors: readonly tf.Tensor[], image: tf.Tensor, inner: 'tfjs' | 'ours'): tf.Tensor[] {
  const slope = (x: tf.Tensor): tf.Tensor =>
    inner === 'tfjs' ? tf.grad((own: tf.Tensor) => chain(draw, tensors, own))(x) : (releasingGradients(() => chain(draw, tensors, x), [x]).gradients[0] as tf.Tensor);
  const penalty = (): tf.Tensor => tf.sum(tf.square(slope(image)));
  return [...releasingGradients(penalty, [...tensors, image]).gradients];
}

test('smoke and shape: outputs by name, with the block’s shapes', () => {
  const { x, mean } = recomputedBlock(parameters, { x: random(2, 5, 5, 2) });
  expect([x.shape, mean.shape]).toEqual([[2, 5, 5, 2], []]);
});

test('value: the block’s own, bit for bit, with and without a tape', () => {
  const x = random(1, 4, 4, 2);
  const plain = block(parameters, { x }).x.dataSync();
  expect(recomputedBlock(parameters, { x }).x.dataSync()).toEqual(plain);
  const { value } = releasingGradients(() => recomputedBlock(parameters, { x }).x, [x]);
  expect(value.dataSync()).toEqual(plain);
});

describe('error', () => {
  test('a tensor from outside, which would get no gradient, is refused', () => {
    const outside = random(2);
    const open = recomputed((_: object, { x }: { readonly x: tf.Tensor }) => ({ x: tf.mul(x, outside) }));
    const x = random(3, 2);
    expect(() => releasingGradients(() => open({}, { x }).x, [x])).toThrow(/mul__op of a tensor \[2\] from outside/);
    expect(open({}, { x }).x.shape).toEqual([3, 2]);
  });

  test('a block that returns no tensors is refused', () => {
    const wrong = recomputed((_: object, { x }: { readonly x: tf.Tensor }) => ({ x: x.shape as never }));
    expect(() => wrong({}, { x: random(2) })).toThrow(InputError);
  });

  test('an error inside the block leaves the engine as it was', () => {
    const x = random(2);
    const failing = recomputed((): { x: tf.Tensor } => { throw new Error('inside'); });
    expect(() => releasingGradients(() => failing({}, { x }).x, [x])).toThrow('inside');
    expect(tf.grad((own: tf.Tensor) => tf.sum(tf.square(own)))(x).shape).toEqual([2]);
  });
});

test('gradient: central differences', () => {
  const smooth = recomputed(({ weight }: { readonly weight: tf.Tensor }, { x }: { readonly x: tf.Tensor }) => ({ x: tf.tanh(tf.matMul(x as tf.Tensor2D, weight as tf.Tensor2D)) }));
  expectGradient((x) => smooth({ weight: parameters.weight.reshape([18, 2]) }, { x }).x, random(2, 18));
});

describe('law: recomputed equals plain', () => {
  test('first order: bit for bit, by our backward pass and by tfjs’s', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 2, max: 5 }), (blocks, side) => {
        tf.tidy(() => {
          const tensors = [...chainParameters(blocks), random(2, side, side, 3)];
          const of = (draw: typeof block) => (...all: tf.Tensor[]): tf.Scalar => chain(draw, all.slice(0, -1), all.at(-1) as tf.Tensor);
          const plain = tf.grads(of(block))(tensors).map((gradient) => gradient.dataSync());
          expect(tf.grads(of(recomputedBlock))(tensors).map((gradient) => gradient.dataSync())).toEqual(plain);
          const ours = releasingGradients(() => of(recomputedBlock)(...tensors), tensors).gradients;
          expect(ours.map((gradient) => gradient.dataSync())).toEqual(plain);
        });
      }),
      { numRuns: 6 },
    );
  });

  test.each(['tfjs', 'ours'] as const)('second order (R1), the inner gradient by %s', (inner) => {
    const [tensors, image] = [chainParameters(3), random(2, 5, 5, 3)];
    const plain = penaltyGradients(block, tensors, image, inner);
    expect(difference(penaltyGradients(recomputedBlock, tensors, image, inner), plain)).toBeLessThan(SECOND_ORDER_TOLERANCE);
  });

  test('third order', () => {
    const cube = (x: tf.Tensor) => ({ x: tf.mul(x, tf.square(x)) });
    const draw = recomputed((_: object, { x }: { readonly x: tf.Tensor }) => cube(x));
    const derivative = (f: (x: tf.Tensor) => tf.Tensor) => (x: tf.Tensor) => releasingGradients(() => f(x), [x]).gradients[0] as tf.Tensor;
    const third = derivative(derivative(derivative((x) => draw({}, { x }).x)))(tf.tensor1d([2, -3]));
    expect([...third.dataSync()]).toEqual([6, 6]);
  });

  test('blocks in blocks; an input that is returned, or not used', () => {
    const inner = recomputed((_: object, { x }: { readonly x: tf.Tensor }) => ({ x, square: tf.square(x) }));
    const outer = recomputed((_: object, { x, unused }: { readonly x: tf.Tensor; readonly unused: tf.Tensor }) => {
      const drawn = inner({}, { x });
      return { sum: tf.add(drawn.x, drawn.square), none: tf.zerosLike(unused) };
    });
    const x = tf.tensor1d([3, 4]);
    const drawn = (own: tf.Tensor): tf.Tensor => { const { sum, none } = outer({}, { x: own, unused: own }); return tf.add(sum, none); };
    expect([...(releasingGradients(() => drawn(x), [x]).gradients[0] as tf.Tensor).dataSync()]).toEqual([7, 9]);
    expect([...tf.grad(drawn)(x).dataSync()]).toEqual([7, 9]);
  });
});

test('the peak falls: of the buffers of twelve blocks less than half is left, and nothing stays behind', () => {
  const [tensors, image] = [chainParameters(12), random(1, 16, 16, 3)];
  const before = tf.memory().numTensors;
  const peakOf = (draw: typeof block): number => peakOfBuffers(() => { releasingGradients(() => chain(draw, tensors, image), tensors); });
  expect(peakOf(recomputedBlock) / peakOf(block)).toBeLessThan(1 / 2);
  expect(tf.memory().numTensors).toBe(before);
});

test('the peak falls at second order too', () => {
  const [tensors, image] = [chainParameters(12), random(1, 16, 16, 3)];
  const peakOf = (draw: typeof block): number => peakOfBuffers(() => { penaltyGradients(draw, tensors, image, 'ours'); });
  expect(peakOf(recomputedBlock) / peakOf(block)).toBeLessThan(1 / 2);
});
