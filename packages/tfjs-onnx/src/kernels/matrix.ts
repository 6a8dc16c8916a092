/**
 * Matrix products. A transposed operand is asked for in the other axis order, which costs nothing for a
 * constant or for a tensor that lies that way.
 */
import { backend_util } from '@tensorflow/tfjs-core';
import type { Lowering } from '../lowering/lowering.ts';
import { identityOrder } from '../lowering/wire.ts';
import type { Wire } from '../lowering/wire.ts';
import type { TensorType, Value } from '../recording/recorded-graph.ts';
import { exchangedBetween, linearIn } from './factor-rules.ts';
import { activated } from './fused-activation.ts';
import type { ActivationAttributes } from './fused-activation.ts';
import { inputOf } from './kernel-rule.ts';
import type { InferenceCall, KernelRule, LoweringCall } from './kernel-rule.ts';

interface ProductAttributes {
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

function oriented<Item>(items: readonly Item[], transposed: boolean): Item[] {
  const rows = items.length - 2;
  return transposed ? [...items.slice(0, rows), ...items.slice(rows).toReversed()] : [...items];
}

function productShape(call: InferenceCall<ProductAttributes>): TensorType {
  const [a, b] = [inputOf(call, 'a'), inputOf(call, 'b')];
  const left = oriented(a.shape, call.attributes.transposeA);
  const right = oriented(b.shape, call.attributes.transposeB);
  const batch = backend_util.assertAndGetBroadcastShape(left.slice(0, -2), right.slice(0, -2));
  return { shape: [...batch, left.at(-2) ?? 0, right.at(-1) ?? 0], dtype: a.dtype };
}

function operand(lowering: Lowering, value: Value, transposed: boolean): string {
  return lowering.wire(value, oriented(identityOrder(value.shape.length), transposed));
}

function product(call: LoweringCall<ProductAttributes>, lowering: Lowering): Wire {
  const left = operand(lowering, inputOf(call, 'a'), call.attributes.transposeA);
  const right = operand(lowering, inputOf(call, 'b'), call.attributes.transposeB);
  return { name: lowering.graph.emit('MatMul', [left, right]), order: identityOrder(call.output.shape.length) };
}

const batchMatMul: KernelRule<ProductAttributes> = {
  kernel: 'BatchMatMul',
  factors: linearIn('a', 'b'),
  infer: productShape,
  lower: product,
};

const fusedMatMul: KernelRule<ProductAttributes & ActivationAttributes> = {
  kernel: '_FusedMatMul',
  factors: exchangedBetween('a', 'b'),
  infer: productShape,
  lower(call, lowering) {
    const { name, order } = product(call, lowering);
    const bias = call.inputs.get('bias');
    const sum = bias === undefined ? name : lowering.graph.emit('Add', [name, lowering.broadcastable(bias, order)]);
    const slopes = call.inputs.get('preluActivationWeights');
    return { name: activated(lowering, call.attributes, { name: sum, order, slopes }), order };
  },
};

function einsumShape(call: InferenceCall<{ equation: string }>): TensorType {
  const [terms = '', result = ''] = call.attributes.equation.replaceAll(' ', '').split('->');
  const sizes = new Map<string, number>();
  terms.split(',').forEach((term, index) => {
    [...term].forEach((letter, axis) => sizes.set(letter, inputOf(call, String(index)).shape[axis] ?? 1));
  });
  return { shape: [...result].map((letter) => sizes.get(letter) ?? 1), dtype: inputOf(call, '0').dtype };
}

const einsum: KernelRule<{ equation: string }> = {
  kernel: 'Einsum',
  factors: { ...linearIn(), inputs: 'every' },
  infer: einsumShape,
  lower(call, lowering) {
    const names = [...call.inputs.values()].map((value) => lowering.wire(value));
    const equation = call.attributes.equation.replaceAll(' ', '');
    return { name: lowering.graph.emit('Einsum', names, { equation }), order: identityOrder(call.output.shape.length) };
  },
};

/** Matrix products and einsum. */
export const matrixRules: readonly KernelRule<never>[] = [batchMatMul, fusedMatMul, einsum];
