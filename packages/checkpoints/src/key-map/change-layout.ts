/** Moves the numbers of one parameter from another project's layout to ours, and back. Host arrays only. */
import { ShapeError } from '@mfim/tensor-contracts';
import type { HostTensor } from '@mfim/tensor-contracts';
import { axisChange, isFlattenChange } from './layout-change.ts';
import type { AxisChange, FlattenChange, LayoutChange } from './layout-change.ts';
import { permute } from './permute.ts';

const describe = (shape: readonly number[]): string => `[${shape.join(', ')}]`;

function refuse(where: string, expected: string, shape: readonly number[]): never {
  throw new ShapeError({ where, expected, got: describe(shape), remedy: 'pass the tensor that this layout change is meant for' });
}

/** Their axes in the order of ours; the dropped ones of size 1 come first, the new ones of ours are left out. */
function orderOf({ rank, axes }: AxisChange): { readonly order: readonly number[]; readonly dropped: readonly number[] } {
  const kept = axes.filter((axis) => axis !== 'new');
  const dropped = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !kept.includes(axis));
  return { order: [...dropped, ...kept], dropped };
}

/** Positions, within the permuted tensor of their rank, that run backwards. */
function reversedPositions({ axes, reversed = [] }: AxisChange, dropped: number): readonly number[] {
  return reversed.map((ours) => dropped + axes.slice(0, ours).filter((axis) => axis !== 'new').length);
}

function axesFromTheirs(tensor: HostTensor, change: AxisChange): HostTensor {
  const { order, dropped } = orderOf(change);
  const { shape } = tensor;
  if (shape.length !== change.rank || dropped.some((axis) => shape[axis] !== 1)) {
    refuse('fromTheirLayout', `${change.rank} axes, size 1 at [${dropped.join(', ')}]`, shape);
  }
  const { data } = permute(tensor, order, reversedPositions(change, dropped.length));
  return { data, shape: change.axes.map((axis) => (axis === 'new' ? 1 : (shape[axis] as number))) };
}

function axesToTheirs(tensor: HostTensor, change: AxisChange): HostTensor {
  const { order, dropped } = orderOf(change);
  const theirs = shapeOfAxes(tensor.shape, change);
  const moved = { data: tensor.data, shape: order.map((axis) => theirs[axis] as number) };
  const back = theirs.map((_, axis) => order.indexOf(axis));
  const reversed = reversedPositions(change, dropped.length).map((position) => order[position] as number);
  return permute(moved, back, reversed);
}

function shapeOfAxes(ours: readonly number[], { rank, axes }: AxisChange): readonly number[] {
  const fits = ours.length === axes.length && axes.every((axis, position) => axis !== 'new' || ours[position] === 1);
  if (!fits) refuse('theirShape', `${axes.length} axes`, ours);
  const theirs = Array.from({ length: rank }, () => 1);
  axes.forEach((axis, position) => {
    if (axis !== 'new') theirs[axis] = ours[position] as number;
  });
  return theirs;
}

/** Channels before flattening; `ours` is [positions * channels, out]. */
function channelsOf(where: string, ours: readonly number[], { positions }: FlattenChange): number {
  const channels = (ours[0] as number) / positions;
  if (ours.length !== 2 || !Number.isInteger(channels)) refuse(where, `two axes, one a multiple of ${positions}`, ours);
  return channels;
}

function flattenedFromTheirs({ data, shape }: HostTensor, change: FlattenChange): HostTensor {
  const channels = channelsOf('fromTheirLayout', shape.toReversed(), change);
  const [output, input] = shape as [number, number];
  const moved = permute({ data, shape: [output, channels, change.positions] }, [2, 1, 0]);
  return { data: moved.data, shape: [input, output] };
}

function flattenedToTheirs({ data, shape }: HostTensor, change: FlattenChange): HostTensor {
  const channels = channelsOf('toTheirLayout', shape, change);
  const [input, output] = shape as [number, number];
  const moved = permute({ data, shape: [change.positions, channels, output] }, [2, 1, 0]);
  return { data: moved.data, shape: [output, input] };
}

/**
 * The shape that a parameter of ours has in their files.
 *
 * @throws ShapeError when the layout does not fit the shape.
 */
export function theirShape(ours: readonly number[], layout: LayoutChange): readonly number[] {
  if (isFlattenChange(layout)) {
    channelsOf('theirShape', ours, layout);
    return ours.toReversed();
  }
  const change = axisChange(layout);
  return change === undefined ? ours : shapeOfAxes(ours, change);
}

/**
 * From their layout to ours; `same` returns the tensor itself.
 *
 * @throws ShapeError when the layout does not fit the shape.
 */
export function fromTheirLayout(tensor: HostTensor, layout: LayoutChange): HostTensor {
  if (isFlattenChange(layout)) return flattenedFromTheirs(tensor, layout);
  const change = axisChange(layout);
  return change === undefined ? tensor : axesFromTheirs(tensor, change);
}

/**
 * From our layout to theirs; the inverse of `fromTheirLayout`.
 *
 * @throws ShapeError when the layout does not fit the shape.
 */
export function toTheirLayout(tensor: HostTensor, layout: LayoutChange): HostTensor {
  if (isFlattenChange(layout)) return flattenedToTheirs(tensor, layout);
  const change = axisChange(layout);
  return change === undefined ? tensor : axesToTheirs(tensor, change);
}
