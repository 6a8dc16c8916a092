/** Matrix products. */
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { kernelCase, shapeOf, side } from './kernel-case.ts';
import type { KernelCase, Sample } from './kernel-case.ts';

interface Transposed {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

const turned = fc.record({ transposeA: fc.boolean(), transposeB: fc.boolean() });

function operands([rows, inner, columns]: readonly [number, number, number], { transposeA, transposeB }: Transposed): [number[], number[]] {
  return [transposeA ? [inner, rows] : [rows, inner], transposeB ? [columns, inner] : [inner, columns]];
}

/** Two matrices, or stacks of them; of the second stack there may be `single` matrix only. */
function products(single: boolean): fc.Arbitrary<Sample<Transposed>> {
  return fc.record({ sizes: fc.tuple(side, side, side), turns: turned, batch: shapeOf(0, 2) }).map(({ sizes, turns, batch }) => {
    const [a, b] = operands(sizes, turns);
    return { shapes: [[...batch, ...a], [...(single ? batch.map(() => 1) : batch), ...b]], attributes: turns };
  });
}

const product = ([a, b]: tf.Tensor[], { transposeA, transposeB }: Transposed): tf.Tensor => tf.matMul(a as tf.Tensor, b as tf.Tensor, transposeA, transposeB);

/** Two matrices and a bias. */
const biased: fc.Arbitrary<Sample<Transposed & { activation: 'linear' | 'relu' | 'sigmoid' }>> = fc
  .record({ sizes: fc.tuple(side, side, side), turns: turned, activation: fc.constantFrom('linear' as const, 'relu' as const, 'sigmoid' as const) })
  .map(({ sizes, turns, activation }) => ({ shapes: [...operands(sizes, turns), [sizes[2]]], attributes: { ...turns, activation } }));

/** Matrix products. */
export const matrixCases: readonly KernelCase[] = [
  kernelCase('BatchMatMul', { samples: products(false), run: product, gradient: 'same' }),
  // tfjs's gradient does not sum over the stack.
  kernelCase('BatchMatMul', { name: 'of a stack with one matrix', samples: products(true), run: product }),
  kernelCase('_FusedMatMul', {
    samples: biased,
    run: ([a, b, bias], attributes) => tf.fused.matMul({ a: a as tf.Tensor2D, b: b as tf.Tensor2D, bias: bias as tf.Tensor, ...attributes }),
  }),
  kernelCase('Einsum', {
    samples: fc.tuple(side, side, side, side).map(([b, i, j, k]) => ({ shapes: [[b, i, j], [b, j, k]], attributes: undefined })),
    run: ([first, second]) => tf.einsum('bij,bjk->bik', first as tf.Tensor, second as tf.Tensor),
  }),
];
