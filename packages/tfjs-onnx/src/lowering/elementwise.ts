/**
 * Operations that work item by item, with broadcasting, in whatever axis order moves the least data.
 */
import type { AttributeValue } from '../onnx/model.ts';
import type { Dimension } from '../recording/dimension.ts';
import type { Value } from '../recording/recorded-graph.ts';
import type { Lowering } from './lowering.ts';
import { identityOrder, sameOrder } from './wire.ts';
import type { AxisOrder, Wire } from './wire.ts';

function sizeOf(value: Value): number {
  return value.example.reduce((total, size) => total * size, 1);
}

function broadcastOrder(order: AxisOrder, rank: number): AxisOrder {
  const missing = rank - order.length;
  return [...identityOrder(missing), ...order.map((axis) => axis + missing)];
}

function movedItems(lowering: Lowering, values: readonly Value[], order: AxisOrder): number {
  const missing = (value: Value): number => order.length - value.shape.length;
  const own = (value: Value): AxisOrder => order.filter((axis) => axis >= missing(value)).map((axis) => axis - missing(value));
  return values.reduce((total, value) => total + (lowering.isAtHand(value, own(value)) ? 0 : sizeOf(value)), 0);
}

/** The axis order for a result of `rank` axes for which the fewest items of `values` must be moved; ties go to the order of the largest. */
export function cheapestOrder(lowering: Lowering, values: readonly Value[], rank: number): AxisOrder {
  const computed = values.filter((value) => !lowering.isFree(value)).toSorted((first, second) => sizeOf(second) - sizeOf(first));
  const candidates = computed
    .flatMap((value) => lowering.ordersOf(value))
    .map((order) => broadcastOrder(order, rank))
    .filter((order, index, all) => all.findIndex((other) => sameOrder(order, other)) === index);
  const costs = candidates.map((order) => movedItems(lowering, values, order));
  return candidates[costs.indexOf(Math.min(...costs))] ?? identityOrder(rank);
}

function shapeOfOthers(lowering: Lowering, values: readonly Value[], output: Value): readonly Dimension[] | undefined {
  const computed = values.filter((value) => lowering.uniformOf(value) === undefined);
  if (computed.length === 0) return undefined;
  const rank = Math.max(...computed.map((value) => value.shape.length));
  if (rank < output.shape.length) return undefined;
  const dimensionAt = (value: Value, axis: number): Dimension => value.shape[axis - (rank - value.shape.length)] ?? 1;
  return identityOrder(rank).map((axis) => computed.map((value) => dimensionAt(value, axis)).find((size) => size !== 1) ?? 1);
}

/** Operands of an item-by-item operation, all in one order. */
export interface Operands {
  readonly names: readonly string[];
  readonly order: AxisOrder;
}

/** Brings the operands of `output` into one order. */
export function alignOperands(lowering: Lowering, values: readonly Value[], output: Value): Operands {
  const order = cheapestOrder(lowering, values, output.shape.length);
  const others = shapeOfOthers(lowering, values, output);
  return { order, names: values.map((value) => lowering.operand(value, order, others)) };
}

/** What to emit. */
export interface ElementwiseNode {
  readonly operator: string;
  readonly attributes?: Readonly<Record<string, AttributeValue>>;
}

/** Emits one node over aligned operands. */
export function elementwise(lowering: Lowering, node: ElementwiseNode, operands: Operands): Wire {
  const name = lowering.graph.emit(node.operator, operands.names, node.attributes);
  return { name, order: operands.order };
}
