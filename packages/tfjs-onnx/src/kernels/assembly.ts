/**
 * Kernels that build larger tensors: padding, tiling, concatenation.
 */
import { util } from '@tensorflow/tfjs-core';
import { InputError } from '@mfim/tensor-contracts';
import { cheapestOrder } from '../lowering/elementwise.ts';
import type { Lowering } from '../lowering/lowering.ts';
import { arrange, identityOrder } from '../lowering/wire.ts';
import type { Wire } from '../lowering/wire.ts';
import { elementTypeOf } from '../onnx/element-type.ts';
import { isStatic } from '../recording/dimension.ts';
import type { TensorType, Value } from '../recording/recorded-graph.ts';
import { linearIn, linearInAll } from './factor-rules.ts';
import { inputOf } from './kernel-rule.ts';
import type { KernelRule, LoweringCall } from './kernel-rule.ts';

type Paddings = readonly (readonly [number, number])[];

function padVector(lowering: Lowering, paddings: Paddings, order: readonly number[]): string {
  const physical = arrange(paddings, order);
  return lowering.graph.integers([...physical.map(([before]) => before), ...physical.map(([, after]) => after)]);
}

function paddedShape(shape: readonly number[], paddings: Paddings): number[] {
  return shape.map((size, axis) => size + (paddings[axis]?.[0] ?? 0) + (paddings[axis]?.[1] ?? 0));
}

const pad: KernelRule<{ paddings: Paddings; constantValue?: number }> = {
  kernel: 'PadV2',
  factors: ({ constantValue = 0 }) => (constantValue === 0 ? linearIn('x') : undefined),
  infer(call): TensorType {
    const { shape, dtype } = inputOf(call, 'x');
    return { shape: paddedShape(shape, call.attributes.paddings), dtype };
  },
  lower(call, lowering) {
    const value = inputOf(call, 'x');
    const { paddings, constantValue = 0 } = call.attributes;
    const order = lowering.orderOf(value);
    const fill = lowering.graph.scalar(constantValue, elementTypeOf(value.dtype));
    return { name: lowering.graph.emit('Pad', [lowering.wire(value, order), padVector(lowering, paddings, order), fill]), order };
  },
};

/** Symmetric padding repeats the border: it is reflection of what lies one item further out, made by slices. */
function symmetricPad(lowering: Lowering, value: Value, paddings: Paddings): Wire {
  const order = lowering.orderOf(value);
  const { graph } = lowering;
  let name = lowering.wire(value, order);
  paddings.forEach(([before, after], axis) => {
    const position = graph.integers([order.indexOf(axis)]);
    const size = value.example[axis] ?? 0;
    const mirrored = (start: number, end: number): string =>
      graph.emit('Slice', [name, graph.integers([start]), graph.integers([end]), position, graph.integers([-1])]);
    const parts = [
      ...(before > 0 ? [mirrored(before - 1, -size - 1)] : []),
      name,
      // A negative end counts from the end: what lies before the start needs one more turn.
      ...(after > 0 ? [mirrored(size - 1, after < size ? size - 1 - after : -size - 1)] : []),
    ];
    if (parts.length > 1) name = graph.emit('Concat', parts, { axis: order.indexOf(axis) });
  });
  return { name, order };
}

const mirrorPad: KernelRule<{ paddings: Paddings; mode: 'reflect' | 'symmetric' }> = {
  kernel: 'MirrorPad',
  factors: linearIn('x'),
  infer(call): TensorType {
    const { shape, dtype } = inputOf(call, 'x');
    return { shape: paddedShape(shape, call.attributes.paddings), dtype };
  },
  lower(call, lowering) {
    const value = inputOf(call, 'x');
    const { paddings, mode } = call.attributes;
    if (mode === 'symmetric') return symmetricPad(lowering, value, paddings);
    const order = lowering.orderOf(value);
    const inputs = [lowering.wire(value, order), padVector(lowering, paddings, order)];
    return { name: lowering.graph.emit('Pad', inputs, { mode: 'reflect' }), order };
  },
};

/** Repetition of axes of size 1 by `Expand`, whose shape may be batch-dependent. */
function expanded(call: LoweringCall<unknown>, lowering: Lowering, value: Value): Wire {
  const order = lowering.orderOf(value);
  const shape = lowering.shapes.vector(arrange(call.output.shape, order));
  return { name: lowering.graph.emit('Expand', [lowering.wire(value, order), shape]), order };
}

const tile: KernelRule<{ reps: number[] }> = {
  kernel: 'Tile',
  factors: linearIn('x'),
  sizeAttributes: ['reps'],
  infer(call): TensorType {
    const { shape, dtype } = inputOf(call, 'x');
    return { shape: shape.map((size, axis) => size * (call.attributes.reps[axis] ?? 1)), dtype };
  },
  lower(call, lowering) {
    const value = inputOf(call, 'x');
    const { reps } = call.attributes;
    const order = lowering.orderOf(value);
    if (reps.every((count, axis) => count === 1 || value.shape[axis] === 1)) return expanded(call, lowering, value);
    const repeatsBatch = call.output.shape.some((size, axis) => typeof size !== 'number' && isStatic([value.shape[axis] ?? 1]));
    if (repeatsBatch) {
      throw new InputError({
        where: 'traceToOnnx',
        expected: 'a Tile whose batch-dependent repetitions are of axes of size 1',
        got: `repetitions of a tensor of shape ${value.example.join('x')}`,
        remedy: 'insert an axis of size 1, tile that, and reshape',
      });
    }
    return { name: lowering.graph.emit('Tile', [lowering.wire(value, order), lowering.graph.integers(arrange(reps, order))]), order };
  },
};

function holdsItems({ shape }: { readonly shape: readonly unknown[] }): boolean {
  return !shape.includes(0);
}

const concat: KernelRule<{ axis: number }> = {
  kernel: 'Concat',
  factors: linearInAll(),
  infer(call): TensorType {
    const parts = [...call.inputs.values()];
    const first = inputOf(call, '0');
    const [axis = 0] = util.parseAxisParam(call.attributes.axis, [...first.shape]);
    const total = parts.reduce((sum, { shape }) => sum + (shape[axis] ?? 0), 0);
    return { shape: (parts.find(holdsItems) ?? first).shape.with(axis, total), dtype: first.dtype };
  },
  lower(call, lowering) {
    const parts = [...call.inputs.values()].filter(holdsItems);
    const rank = call.output.shape.length;
    const [axis = 0] = util.parseAxisParam(call.attributes.axis, [...call.output.example]);
    const order = cheapestOrder(lowering, parts, rank);
    const names = parts.map((part) => lowering.wire(part, order));
    return { name: names.length === 1 ? (names[0] ?? '') : lowering.graph.emit('Concat', names, { axis: order.indexOf(axis) }), order };
  },
};

const pack: KernelRule<{ axis: number }> = {
  kernel: 'Pack',
  factors: linearInAll(),
  infer(call): TensorType {
    const { shape, dtype } = inputOf(call, '0');
    const axis = call.attributes.axis < 0 ? call.attributes.axis + shape.length + 1 : call.attributes.axis;
    return { shape: [...shape].toSpliced(axis, 0, call.inputs.size), dtype };
  },
  lower(call, lowering) {
    const rank = call.output.shape.length;
    const axis = call.attributes.axis < 0 ? call.attributes.axis + rank : call.attributes.axis;
    const names = [...call.inputs.values()].map((part) =>
      lowering.reshape(lowering.wire(part), part.shape.toSpliced(axis, 0, 1)),
    );
    return { name: lowering.graph.emit('Concat', names, { axis }), order: identityOrder(rank) };
  },
};

/** Padding, tiling, concatenation. */
export const assemblyRules: readonly KernelRule<never>[] = [pad, mirrorPad, tile, concat, pack];
