/** Kernels that move, cut, join, repeat and look up items without computing with them. */
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { asNumbers, kernelCase, oneAxis, runKernel, shapeOf, side } from './kernel-case.ts';
import type { KernelCase, Sample } from './kernel-case.ts';

/** Some order of the axes 0 .. rank - 1. */
function orderOf(rank: number): fc.Arbitrary<number[]> {
  const axes = Array.from({ length: rank }, (_, axis) => axis);
  return fc.shuffledSubarray(axes, { minLength: rank, maxLength: rank });
}

/** A transposed input and another shape for its items, so that reshapes meet every axis order. */
const regrouped: fc.Arbitrary<Sample<{ order: number[]; target: number[] }>> = fc.tuple(shapeOf(2, 4), fc.nat(5)).chain(([shape, choice]) =>
  orderOf(shape.length).map((order) => {
    const from = order.map((axis) => shape[axis] ?? 1);
    const targets = [[-1], [from[0] ?? 1, -1], [-1, from.at(-1) ?? 1], from.toReversed(), [...from.slice(0, 1), 1, ...from.slice(1)], [...from, 1]];
    return { shapes: [shape], attributes: { order, target: targets[choice] ?? [-1] } };
  }),
);

/** For each axis a start and a length within it. */
const cuts: fc.Arbitrary<Sample<{ begin: number[]; size: number[] }>> = shapeOf(1, 4).chain((shape) =>
  fc.tuple(...shape.map((length) => fc.nat(length - 1).chain((begin) => fc.tuple(fc.constant(begin), fc.integer({ min: 1, max: length - begin }))))).map((pairs) => ({
    shapes: [shape],
    attributes: { begin: pairs.map(([begin]) => begin), size: pairs.map(([, size]) => size) },
  })),
);

interface Strided {
  readonly begin: number[];
  readonly end: number[];
  readonly strides: number[];
  readonly shrinkAxisMask: number;
}

const strided: fc.Arbitrary<Sample<Strided>> = fc
  .record({ shape: shapeOf(2, 3), step: fc.constantFrom(1, 2, -1, -2), shrink: fc.boolean() })
  .map(({ shape, step, shrink }) => ({
    shapes: [shape],
    attributes: {
      begin: shape.map((size) => (step < 0 ? size - 1 : 0)),
      end: shape.map((size) => (step < 0 ? -size - 1 : size)),
      strides: shape.map(() => step),
      shrinkAxisMask: shrink && step === 1 ? 1 : 0,
    },
  }));

const paddings: fc.Arbitrary<Sample<{ paddings: [number, number][]; fill: number }>> = shapeOf(1, 4).chain((shape) =>
  fc.record({
    shapes: fc.constant([shape]),
    attributes: fc.record({
      paddings: fc.array(fc.tuple(fc.nat(2), fc.nat(2)), { minLength: shape.length, maxLength: shape.length }),
      fill: fc.constantFrom(0, 0.7),
    }),
  }),
);

const mirrored: fc.Arbitrary<Sample<{ paddings: [number, number][]; mode: 'reflect' | 'symmetric' }>> = fc
  .record({ shape: shapeOf(4), rows: fc.tuple(fc.nat(3), fc.nat(3)), columns: fc.tuple(fc.nat(3), fc.nat(3)), mode: fc.constantFrom('reflect' as const, 'symmetric' as const) })
  .map(({ shape, rows, columns, mode }) => {
    const fitting = ([before, after]: [number, number], size: number): [number, number] => {
      const most = mode === 'reflect' ? size - 1 : size;
      return [Math.min(before, most), Math.min(after, most)];
    };
    const [, height = 1, width = 1] = shape;
    return { shapes: [shape], attributes: { paddings: [[0, 0], fitting(rows, height), fitting(columns, width), [0, 0]], mode } };
  });

const repetitions: fc.Arbitrary<Sample<{ reps: number[] }>> = shapeOf(1, 4).chain((shape) =>
  fc.record({ shapes: fc.constant([shape]), attributes: fc.record({ reps: fc.array(fc.integer({ min: 1, max: 3 }), { minLength: shape.length, maxLength: shape.length }) }) }),
);

/** Two inputs that differ along one axis only. */
const joined: fc.Arbitrary<Sample<{ axis: number }>> = shapeOf(1, 4).chain((shape) =>
  fc.tuple(fc.nat(shape.length - 1), side).map(([axis, other]) => ({ shapes: [shape, shape.with(axis, other)], attributes: { axis } })),
);

/** One input and an axis of size 2: tfjs has no gradient for unstacking one. */
const pairs: fc.Arbitrary<Sample<{ axis: number }>> = shapeOf(1, 3).chain((shape) => fc.nat(shape.length - 1).map((axis) => ({ shapes: [shape.with(axis, 2)], attributes: { axis } })));

const arrangement: readonly KernelCase[] = [
  kernelCase('Reshape', { samples: regrouped, run: ([x], { order, target }) => tf.reshape(tf.transpose(x as tf.Tensor, order), target), gradient: 'same' }),
  kernelCase('ExpandDims', { samples: oneAxis(1, 3), run: ([x], { axis }) => tf.expandDims(x as tf.Tensor, axis), gradient: 'same' }),
  kernelCase('Transpose', {
    samples: shapeOf(2, 4).chain((shape) => orderOf(shape.length).map((order) => ({ shapes: [shape], attributes: { order } }))),
    run: ([x], { order }) => tf.transpose(tf.tanh(x as tf.Tensor), order),
    gradient: 'same',
  }),
  kernelCase('Reverse', { samples: oneAxis(1, 4), run: ([x], { axis }) => tf.reverse(x as tf.Tensor, axis), gradient: 'same' }),
  kernelCase('FlipLeftRight', { samples: shapeOf(4).map((shape) => ({ shapes: [shape], attributes: undefined })), run: ([x]) => tf.image.flipLeftRight(x as tf.Tensor4D) }),
];

const parts: readonly KernelCase[] = [
  kernelCase('Slice', { samples: cuts, run: ([x], { begin, size }) => tf.slice(x as tf.Tensor, begin, size), gradient: 'same' }),
  kernelCase('StridedSlice', {
    samples: strided,
    run: ([x], { begin, end, strides, shrinkAxisMask }) => tf.stridedSlice(x as tf.Tensor, begin, end, strides, 0, 0, 0, 0, shrinkAxisMask),
  }),
  kernelCase('SplitV', {
    samples: fc.tuple(shapeOf(1, 3), fc.integer({ min: 1, max: 3 })).map(([outer, size]) => ({ shapes: [[...outer, size + 2]], attributes: { sizes: [1, size, -1] } })),
    run: ([x], { sizes }) => tf.split(x as tf.Tensor, sizes, -1),
    gradient: 'same',
  }),
  kernelCase('Unpack', { samples: oneAxis(1, 4), run: ([x], { axis }) => tf.unstack(x as tf.Tensor, axis) }),
  kernelCase('Unpack', { name: 'of two or more', samples: pairs, run: ([x], { axis }) => tf.unstack(x as tf.Tensor, axis), gradient: 'same' }),
];

const assembly: readonly KernelCase[] = [
  kernelCase('PadV2', { samples: paddings, run: ([x], attributes) => tf.pad(x as tf.Tensor, attributes.paddings, attributes.fill), gradient: 'same' }),
  kernelCase('MirrorPad', { samples: mirrored, run: ([x], attributes) => tf.mirrorPad(x as tf.Tensor, attributes.paddings, attributes.mode) }),
  kernelCase('Tile', { samples: repetitions, run: ([x], { reps }) => tf.tile(x as tf.Tensor, reps), gradient: 'same' }),
  kernelCase('Concat', { samples: joined, run: (all, { axis }) => tf.concat(all, axis), gradient: 'same' }),
  kernelCase('Pack', {
    samples: shapeOf(1, 3).chain((shape) => fc.integer({ min: -1, max: shape.length }).map((axis) => ({ shapes: [shape, shape], attributes: { axis } }))),
    run: (all, { axis }) => tf.stack(all, axis),
    gradient: 'same',
  }),
];

/** Indices 0 .. size - 1 from numbers in [-1, 1). */
function indices(x: tf.Tensor, size: number): tf.Tensor {
  return tf.cast(tf.mul(tf.abs(x), size), 'int32');
}

/** A table, and numbers that choose from one of its axes. */
const lookup: fc.Arbitrary<Sample<{ size: number; axis: number }>> = shapeOf(1, 3).chain((shape) =>
  fc.tuple(fc.nat(shape.length - 1), shapeOf(1, 2)).map(([axis, chosen]) => ({ shapes: [shape, chosen], attributes: { axis, size: shape[axis] ?? 1 } })),
);

/** A matrix or more, and pairs of places in its first two axes. */
const places: fc.Arbitrary<Sample<{ shape: number[] }>> = fc.tuple(shapeOf(2, 3), side).map(([shape, count]) => ({ shapes: [shape, [count, 2], [count, ...shape.slice(2)]], attributes: { shape } }));

function pairsIn(x: tf.Tensor, [rows = 1, columns = 1]: readonly number[]): tf.Tensor {
  return tf.cast(tf.mul(tf.abs(x), tf.tensor1d([rows, columns])), 'int32');
}

const lookups: readonly KernelCase[] = [
  kernelCase('GatherV2', { samples: lookup, run: ([x, chosen], { size, axis }) => tf.gather(x as tf.Tensor, indices(chosen as tf.Tensor, size) as tf.Tensor1D, axis) }),
  kernelCase('GatherV2', {
    name: 'places that are constant',
    samples: shapeOf(1, 3).map((shape) => ({ shapes: [shape.with(0, 3)], attributes: undefined })),
    run: ([x]) => tf.gather(x as tf.Tensor, tf.tensor1d([2, 0, 2, 1], 'int32')),
    gradient: 'same',
  }),
  kernelCase('OneHot', { samples: oneAxis(1, 2), run: ([x]) => asNumbers(tf.oneHot(indices(x as tf.Tensor, 3), 3)) }),
  kernelCase('TopK', { samples: shapeOf(1, 3).map((shape) => ({ shapes: [[...shape, 4]], attributes: undefined })), run: ([x]) => { const { values, indices: at } = tf.topk(x as tf.Tensor, 2); return [values, asNumbers(at)]; } }),
  kernelCase('GatherNd', { samples: places, run: ([x, at], { shape }) => tf.gatherND(x as tf.Tensor, pairsIn(at as tf.Tensor, shape)) }),
  kernelCase('ScatterNd', {
    name: 'pairs',
    samples: places,
    run: ([, at, updates], { shape }) => tf.scatterND(pairsIn(at as tf.Tensor, shape), updates as tf.Tensor, shape),
  }),
  kernelCase('ScatterNd', {
    name: 'rows',
    samples: fc.tuple(side, side, side).map(([count, rows, width]) => ({ shapes: [[count, width], [count, 1]], attributes: { shape: [rows, width] } })),
    run: ([updates, at], { shape }) => tf.scatterND(indices(at as tf.Tensor, shape[0] ?? 1), updates as tf.Tensor, shape),
  }),
  kernelCase('UnsortedSegmentSum', {
    samples: fc.tuple(side, shapeOf(0, 2)).map(([count, rest]) => ({ shapes: [[count, ...rest], [count]], attributes: undefined })),
    run: ([x, at]) => tf.unsortedSegmentSum(x as tf.Tensor, tf.cast(tf.mul(at as tf.Tensor, 3), 'int32') as tf.Tensor1D, 3),
  }),
];

const BLOCK = [2, 2];
const spatial = fc.tuple(side, side, side, side).map(([batch, height, width, channels]) => [batch, 2 * height, 2 * width, channels]);

const blocks: readonly KernelCase[] = [
  kernelCase('DepthToSpace', { samples: shapeOf(4).map((shape) => ({ shapes: [shape.with(3, 4 * (shape[3] ?? 1))], attributes: undefined })), run: ([x]) => tf.depthToSpace(x as tf.Tensor4D, 2) }),
  kernelCase('SpaceToBatchND', {
    samples: fc.record({ shapes: fc.tuple(spatial), attributes: fc.constantFrom<number[][]>([[0, 0], [0, 0]], [[1, 1], [2, 0]]) }),
    run: ([x], around) => tf.spaceToBatchND(x as tf.Tensor, BLOCK, around),
    gradient: 'same',
  }),
  kernelCase('BatchToSpaceND', {
    samples: fc.record({ shapes: fc.tuple(spatial.map((shape) => shape.with(0, 4 * (shape[0] ?? 1)))), attributes: fc.constantFrom<number[][]>([[0, 0], [0, 0]], [[1, 0], [0, 1]]) }),
    run: ([x], crops) => tf.batchToSpaceND(x as tf.Tensor, BLOCK, crops),
    gradient: 'same',
  }),
];

/** Kernels without tensors as inputs: they appear in a graph where something needs them. */
const made: readonly KernelCase[] = [
  kernelCase('Fill', { samples: oneAxis(1, 3), run: ([x]) => [tf.mul(x as tf.Tensor, 2), tf.concat([x as tf.Tensor, tf.fill((x as tf.Tensor).shape, 0.3)], 0)] }),
  kernelCase('ZerosLike', { samples: oneAxis(1, 3), run: ([x]) => tf.concat([tf.zerosLike(x as tf.Tensor), x as tf.Tensor], 0), gradient: 'same' }),
  kernelCase('OnesLike', { samples: oneAxis(1, 3), run: ([x]) => tf.concat([runKernel('OnesLike', { x: x as tf.Tensor }, {}), x as tf.Tensor], 0) }),
  kernelCase('Range', { samples: oneAxis(1, 3), run: ([x]) => tf.mul(x as tf.Tensor, tf.range(0, (x as tf.Tensor).shape.at(-1) ?? 1)) }),
  kernelCase('LinSpace', { samples: oneAxis(1, 3), run: ([x]) => tf.mul(x as tf.Tensor, tf.linspace(0, 2, (x as tf.Tensor).shape.at(-1) ?? 1)) }),
];

/** Shapes, parts, assemblies, look-ups, blocks, constants. */
export const shapeCases: readonly KernelCase[] = [...arrangement, ...parts, ...assembly, ...lookups, ...blocks, ...made];
