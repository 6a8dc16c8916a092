/**
 * Kernels that read items at places given by a tensor, and those that add items up at such places.
 * Sums go through ScatterElements: ONNX Runtime's ScatterND adds in parallel without locks, so that
 * sums with repeated places come out wrong there (onnxruntime #18048, #23396).
 */
import { InputError } from '@mfim/tensor-contracts';
import type { Lowering } from '../lowering/lowering.ts';
import { identityOrder } from '../lowering/wire.ts';
import type { Wire } from '../lowering/wire.ts';
import { ELEMENT_TYPE, elementTypeOf } from '../onnx/element-type.ts';
import { isStatic } from '../recording/dimension.ts';
import type { TensorType, Value } from '../recording/recorded-graph.ts';
import { linearIn } from './factor-rules.ts';
import { inputOf } from './kernel-rule.ts';
import type { KernelRule } from './kernel-rule.ts';

const REST = -1;

function product(sizes: readonly number[]): number {
  return sizes.reduce((total, size) => total * size, 1);
}

/** Updates as rows, and the row of the result to which each is added: names of [n, width] and [n] (int32). */
interface Rows {
  readonly updates: string;
  readonly places: string;
  readonly width: number;
}

/** Zeros in the output's shape, to which the rows are added. */
function addRows(lowering: Lowering, output: Value, { updates, places, width }: Rows): Wire {
  const { graph } = lowering;
  const zero = graph.scalar(0, elementTypeOf(output.dtype));
  const zeros = graph.emit('Expand', [zero, lowering.shapes.vector(output.shape)]);
  const rows = graph.emit('Reshape', [zeros, graph.integers([REST, width])]);
  const column = graph.emit('Reshape', [places, graph.integers([REST, 1])]);
  const everywhere = width === 1 ? column : graph.emit('Expand', [column, graph.integers([1, width])]);
  const sums = graph.emit('ScatterElements', [rows, everywhere, updates], { axis: 0, reduction: 'add' });
  return { name: lowering.reshape(sums, output.shape), order: identityOrder(output.shape.length) };
}

/** The number of each row in the flattened leading axes, from its indices along them: a name of [n]. */
function rowNumbers(lowering: Lowering, indices: Value, output: Value): string {
  const { graph } = lowering;
  const depth = indices.example.at(-1) ?? 1;
  const table = graph.emit('Reshape', [lowering.wire(indices), graph.integers([REST, depth])]);
  if (depth === 1) return table;
  const inner = output.shape.slice(1, depth);
  if (!isStatic(inner)) {
    throw new InputError({
      where: 'traceToOnnx',
      expected: 'a ScatterNd in which only the first axis of the result depends on the batch size',
      got: `the shape ${output.example.join('x')}`,
      remedy: "declare the batch axis with a number instead of 'batch'",
    });
  }
  const strides = Int32Array.from({ length: depth }, (_, axis) => product(output.example.slice(1 + axis, depth)));
  const weights = graph.store({ name: `strides_${strides.join('_')}`, type: 'int32', dimensions: [depth], data: strides });
  return graph.emit('ReduceSum', [graph.emit('Mul', [table, weights]), graph.integers([1])], { keepdims: 0 });
}

const scatterNd: KernelRule<{ shape: number[] }> = {
  kernel: 'ScatterNd',
  factors: linearIn('updates'),
  sizeAttributes: ['shape'],
  infer: (call): TensorType => ({ shape: call.attributes.shape, dtype: inputOf(call, 'updates').dtype }),
  lower(call, lowering) {
    const [indices, updates] = [inputOf(call, 'indices'), inputOf(call, 'updates')];
    const width = product(call.output.example.slice(indices.example.at(-1) ?? 1));
    const rows = lowering.graph.emit('Reshape', [lowering.wire(updates), lowering.graph.integers([REST, width])]);
    return addRows(lowering, call.output, { updates: rows, places: rowNumbers(lowering, indices, call.output), width });
  },
};

/** Rows of negative segments are dropped, as in tfjs. */
const segmentSum: KernelRule<{ numSegments: number }> = {
  kernel: 'UnsortedSegmentSum',
  factors: linearIn('x'),
  infer(call): TensorType {
    const { shape, dtype } = inputOf(call, 'x');
    return { shape: [call.attributes.numSegments, ...shape.slice(inputOf(call, 'segmentIds').shape.length)], dtype };
  },
  lower(call, lowering) {
    const { graph } = lowering;
    const [x, segments] = [inputOf(call, 'x'), inputOf(call, 'segmentIds')];
    const width = product(call.output.example.slice(1));
    const rows = graph.emit('Reshape', [lowering.wire(x), graph.integers([REST, width])]);
    const ids = lowering.wire(segments);
    const kept = graph.emit('Cast', [graph.emit('GreaterOrEqual', [ids, graph.scalar(0, 'int32')])], { to: ELEMENT_TYPE[elementTypeOf(x.dtype)] });
    const updates = graph.emit('Mul', [rows, graph.emit('Reshape', [kept, graph.integers([REST, 1])])]);
    const places = graph.emit('Max', [ids, graph.scalar(0, 'int32')]);
    return addRows(lowering, call.output, { updates, places, width });
  },
};

const gatherNd: KernelRule = {
  kernel: 'GatherNd',
  factors: linearIn('params'),
  infer(call): TensorType {
    const [params, indices] = [inputOf(call, 'params'), inputOf(call, 'indices')];
    return { shape: [...indices.shape.slice(0, -1), ...params.shape.slice(indices.shape.at(-1) ?? 0)], dtype: params.dtype };
  },
  lower(call, lowering) {
    const { graph } = lowering;
    const places = graph.emit('Cast', [lowering.wire(inputOf(call, 'indices'))], { to: ELEMENT_TYPE.int64 });
    const name = graph.emit('GatherND', [lowering.wire(inputOf(call, 'params')), places]);
    return { name, order: identityOrder(call.output.shape.length) };
  },
};

/** Reading and adding up at given places. */
export const scatterRules: readonly KernelRule<never>[] = [scatterNd, segmentSum, gatherNd];
