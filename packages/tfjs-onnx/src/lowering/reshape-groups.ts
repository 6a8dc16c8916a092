/**
 * A reshape often only splits or merges neighbouring axes ([N,H,W,C] -> [N,H,1,W,1,C]). Such a reshape
 * can be done in any axis order that keeps the merged axes together, without going back to the logical
 * order. This finds the groups of axes that correspond and carries an order over a reshape.
 */
import type { AxisOrder } from './wire.ts';

/** Input axes whose product of sizes equals that of the output axes. */
export interface AxisGroup {
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** A shape at the two traced batch sizes. */
export interface ShapePair {
  readonly example: readonly number[];
  readonly larger: readonly number[];
}

function significant(shape: ShapePair): number[] {
  return shape.example.flatMap((size, axis) => (size === 1 && shape.larger[axis] === 1 ? [] : [axis]));
}

function product(sizes: readonly number[], axes: readonly number[]): number {
  return axes.reduce((total, axis) => total * (sizes[axis] ?? 1), 1);
}

function agrees(group: AxisGroup, from: ShapePair, to: ShapePair): boolean {
  return product(from.larger, group.from) === product(to.larger, group.to);
}

/** The finest groups of axes other than those of size 1, or undefined when the sizes do not allow it. */
export function reshapeGroups(from: ShapePair, to: ShapePair): AxisGroup[] | undefined {
  const [left, right] = [significant(from), significant(to)];
  const groups: AxisGroup[] = [];
  while (left.length > 0 && right.length > 0) {
    const group = { from: [left.shift() ?? 0], to: [right.shift() ?? 0] };
    while (product(from.example, group.from) !== product(to.example, group.to)) {
      const source = product(from.example, group.from) < product(to.example, group.to) ? left : right;
      const axis = source.shift();
      if (axis === undefined) return undefined;
      (source === left ? group.from : group.to).push(axis);
    }
    if (!agrees(group, from, to)) return undefined;
    groups.push(group);
  }
  return left.length === 0 && right.length === 0 ? groups : undefined;
}

function withUnitAxes(order: readonly number[], rank: number): number[] {
  const complete: number[] = [];
  const rest = new Set(order);
  for (const axis of order) {
    complete.push(axis);
    for (let unit = axis + 1; unit < rank && !rest.has(unit); unit += 1) complete.push(unit);
  }
  const leading = Array.from({ length: rank }, (_, axis) => axis).filter((axis) => !complete.includes(axis));
  return [...leading, ...complete];
}

/** The order of the output when the input is reshaped as it lies in `order`; undefined when that is impossible. */
export function orderAfterReshape(groups: readonly AxisGroup[], order: AxisOrder, rank: number): AxisOrder | undefined {
  const axes = new Set(groups.flatMap((group) => group.from));
  const remaining = order.filter((axis) => axes.has(axis));
  const result: number[] = [];
  while (remaining.length > 0) {
    const group = groups.find(({ from }) => from[0] === remaining[0]);
    if (group === undefined) return undefined;
    const taken = remaining.splice(0, group.from.length);
    if (!taken.every((axis, position) => axis === group.from[position])) return undefined;
    result.push(...group.to);
  }
  return withUnitAxes(result, rank);
}
