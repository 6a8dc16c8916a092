/**
 * Kernels that look items up or rank them, in the logical axis order.
 */
import type { DataType } from '@tensorflow/tfjs-core';
import { util } from '@tensorflow/tfjs-core';
import { InputError } from '@mfim/tensor-contracts';
import { identityOrder } from '../lowering/wire.ts';
import { ELEMENT_TYPE, elementTypeOf } from '../onnx/element-type.ts';
import type { TensorType } from '../recording/recorded-graph.ts';
import { linearIn } from './factor-rules.ts';
import { inputOf } from './kernel-rule.ts';
import type { KernelRule } from './kernel-rule.ts';

const gather: KernelRule<{ axis: number; batchDims: number }> = {
  kernel: 'GatherV2',
  factors: linearIn('x'),
  refused: '`batchDims` other than 0',
  infer(call): TensorType {
    const { shape, dtype } = inputOf(call, 'x');
    const [axis = 0] = util.parseAxisParam(call.attributes.axis, [...shape]);
    const indices = inputOf(call, 'indices').shape.slice(call.attributes.batchDims);
    return { shape: [...shape].toSpliced(axis, 1, ...indices), dtype };
  },
  lower(call, lowering) {
    const x = inputOf(call, 'x');
    if (call.attributes.batchDims !== 0) {
      throw new InputError({
        where: 'traceToOnnx',
        expected: 'tf.gather with batchDims 0',
        got: String(call.attributes.batchDims),
        remedy: 'gather each item of the batch, and stack',
      });
    }
    const [axis = 0] = util.parseAxisParam(call.attributes.axis, [...x.example]);
    const name = lowering.graph.emit('Gather', [lowering.wire(x), lowering.wire(inputOf(call, 'indices'))], { axis });
    return { name, order: identityOrder(call.output.shape.length) };
  },
};

/** ONNX Runtime has OneHot for few combinations of types; a comparison works for all. */
const oneHot: KernelRule<{ depth: number; onValue: number; offValue: number; dtype?: DataType }> = {
  kernel: 'OneHot',
  infer: (call): TensorType => ({
    shape: [...inputOf(call, 'indices').shape, call.attributes.depth],
    dtype: call.attributes.dtype ?? 'int32',
  }),
  lower(call, lowering) {
    const { graph } = lowering;
    const { depth, onValue, offValue } = call.attributes;
    const indices = inputOf(call, 'indices');
    const type = elementTypeOf(call.output.dtype);
    const column = lowering.reshape(lowering.wire(indices), [...indices.shape, 1]);
    const data = Int32Array.from({ length: depth }, (_, index) => index);
    const classes = graph.store({ name: `classes_${depth}`, type: 'int32', dimensions: [depth], data });
    const inputs = [graph.emit('Equal', [column, classes]), graph.scalar(onValue, type), graph.scalar(offValue, type)];
    return { name: graph.emit('Where', inputs), order: identityOrder(call.output.shape.length) };
  },
};

const cumulativeSum: KernelRule<{ axis: number; exclusive: boolean; reverse: boolean }> = {
  kernel: 'Cumsum',
  factors: linearIn('x'),
  infer: (call) => inputOf(call, 'x'),
  lower(call, lowering) {
    const x = inputOf(call, 'x');
    const order = lowering.orderOf(x);
    const [axis = 0] = util.parseAxisParam(call.attributes.axis, [...x.example]);
    const inputs = [lowering.wire(x, order), lowering.graph.scalar(order.indexOf(axis), 'int32')];
    const attributes = { exclusive: Number(call.attributes.exclusive), reverse: Number(call.attributes.reverse) };
    return { name: lowering.graph.emit('CumSum', inputs, attributes), order };
  },
};

const topK: KernelRule<{ k: number; sorted: boolean }> = {
  kernel: 'TopK',
  infer(call): TensorType[] {
    const { shape, dtype } = inputOf(call, 'x');
    const top = [...shape.slice(0, -1), call.attributes.k];
    return [
      { shape: top, dtype },
      { shape: top, dtype: 'int32' },
    ];
  },
  lower(call, lowering) {
    const { k, sorted } = call.attributes;
    const inputs = [lowering.wire(inputOf(call, 'x')), lowering.graph.integers([k])];
    const [values = '', positions = ''] = lowering.graph.emitMany('TopK', inputs, { sorted: Number(sorted), count: 2 });
    const indices = lowering.graph.emit('Cast', [positions], { to: ELEMENT_TYPE.int32 });
    const order = identityOrder(call.output.shape.length);
    return [
      { name: values, order },
      { name: indices, order },
    ];
  },
};

/** Look-ups, one-hot codes, cumulative sums, rankings. */
export const indexingRules: readonly KernelRule<never>[] = [gather, oneHot, cumulativeSum, topK];
