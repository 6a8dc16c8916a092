/**
 * Kernels that move blocks of space into channels or into the batch, and back.
 */
import { backend_util } from '@tensorflow/tfjs-core';
import type { Lowering } from '../lowering/lowering.ts';
import { identityOrder } from '../lowering/wire.ts';
import type { Wire } from '../lowering/wire.ts';
import type { TensorType } from '../recording/recorded-graph.ts';
import { CHANNELS_FIRST } from './channels-first.ts';
import { linearIn } from './factor-rules.ts';
import { inputOf } from './kernel-rule.ts';
import type { KernelRule, LoweringCall } from './kernel-rule.ts';

const REST = -1;

const depthToSpace: KernelRule<{ blockSize: number }> = {
  kernel: 'DepthToSpace',
  factors: linearIn('x'),
  infer(call): TensorType {
    const { shape, dtype } = inputOf(call, 'x');
    const [batch = 1, height = 1, width = 1, channels = 1] = shape;
    const { blockSize: block } = call.attributes;
    return { shape: [batch, height * block, width * block, channels / (block * block)], dtype };
  },
  lower(call, lowering) {
    const source = lowering.wire(inputOf(call, 'x'), CHANNELS_FIRST);
    return { name: lowering.graph.emit('DepthToSpace', [source], { blocksize: call.attributes.blockSize, mode: 'DCR' }), order: CHANNELS_FIRST };
  },
};

interface BlockAttributes {
  readonly blockShape: number[];
}

function sizeOfBlock({ blockShape }: BlockAttributes): number {
  return blockShape.reduce((total, size) => total * size, 1);
}

/** Reshape (the batch takes what remains), transpose, reshape to the shape of the output or to `shape`. */
function rearranged(lowering: Lowering, source: string, { split, permutation, joined }: Rearrangement): string {
  const { graph } = lowering;
  const apart = graph.emit('Reshape', [source, graph.integers(split)]);
  return graph.emit('Reshape', [graph.emit('Transpose', [apart], { perm: permutation }), graph.integers(joined)]);
}

interface Rearrangement {
  readonly split: readonly number[];
  readonly permutation: readonly number[];
  readonly joined: readonly number[];
}

function wireOf(call: LoweringCall<unknown>, name: string): Wire {
  return { name, order: identityOrder(call.output.shape.length) };
}

interface BatchToSpaceAttributes extends BlockAttributes {
  readonly crops: number[][];
}

const batchToSpace: KernelRule<BatchToSpaceAttributes> = {
  kernel: 'BatchToSpaceND',
  factors: linearIn('x'),
  infer(call): TensorType {
    const { shape, dtype } = inputOf(call, 'x');
    const { blockShape, crops } = call.attributes;
    const whole = backend_util.getReshapedPermuted([...shape], blockShape, sizeOfBlock(call.attributes));
    const rest = whole.slice(blockShape.length + 1);
    return { shape: [...backend_util.getSliceSize(whole, crops, blockShape.length), ...rest], dtype };
  },
  lower(call, lowering) {
    const x = inputOf(call, 'x');
    const { blockShape, crops } = call.attributes;
    const block = sizeOfBlock(call.attributes);
    const split = backend_util.getReshaped([...x.example], blockShape, block);
    const whole = backend_util.getReshapedPermuted([...x.example], blockShape, block);
    const permutation = backend_util.getPermuted(split.length, blockShape.length);
    const name = rearranged(lowering, lowering.wire(x), {
      split: split.with(blockShape.length, REST),
      permutation,
      joined: whole.with(0, REST),
    });
    const starts = crops.map(([before = 0]) => before);
    const ends = crops.map(([, after = 0], axis) => (whole[axis + 1] ?? 0) - after);
    const vectors = [starts, ends, starts.map((_, axis) => axis + 1)].map((vector) => lowering.graph.integers(vector));
    return wireOf(call, crops.flat().every((crop) => crop === 0) ? name : lowering.graph.emit('Slice', [name, ...vectors]));
  },
};

interface SpaceToBatchAttributes extends BlockAttributes {
  readonly paddings: number[][];
}

function paddedShape(shape: readonly number[], paddings: readonly (readonly number[])[]): number[] {
  return shape.map((size, axis) => size + (paddings[axis - 1]?.[0] ?? 0) + (paddings[axis - 1]?.[1] ?? 0));
}

const spaceToBatch: KernelRule<SpaceToBatchAttributes> = {
  kernel: 'SpaceToBatchND',
  factors: linearIn('x'),
  infer(call): TensorType {
    const { shape, dtype } = inputOf(call, 'x');
    const { blockShape, paddings } = call.attributes;
    const padded = paddedShape(shape, paddings);
    return { shape: backend_util.getReshapedPermuted(padded, blockShape, sizeOfBlock(call.attributes), false), dtype };
  },
  lower(call, lowering) {
    const { graph } = lowering;
    const x = inputOf(call, 'x');
    const { blockShape, paddings } = call.attributes;
    const block = sizeOfBlock(call.attributes);
    const padded = paddedShape(x.example, paddings);
    const side = (end: 0 | 1): number[] => x.example.map((_, axis) => paddings[axis - 1]?.[end] ?? 0);
    const split = backend_util.getReshaped(padded, blockShape, block, false);
    const name = rearranged(lowering, graph.emit('Pad', [lowering.wire(x), graph.integers([...side(0), ...side(1)])]), {
      split: split.with(0, REST),
      permutation: backend_util.getPermuted(split.length, blockShape.length, false),
      joined: backend_util.getReshapedPermuted(padded, blockShape, block, false).with(0, REST),
    });
    return wireOf(call, name);
  },
};

/** Blocks of space into channels or batch, and back. */
export const blockRules: readonly KernelRule<never>[] = [depthToSpace, batchToSpace, spaceToBatch];
