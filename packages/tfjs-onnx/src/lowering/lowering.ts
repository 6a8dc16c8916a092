/**
 * Keeps, for each value of the traced graph, the ONNX tensors that carry it, and makes the others that
 * kernels ask for: another axis order (by a reshape where that is enough, else by a transpose), or a
 * shape that broadcasts. Constants are transposed here, at export; each is stored once.
 */
import type { TypedArray } from '@tensorflow/tfjs-core';
import { InputError, InternalError } from '@mfim/tensor-contracts';
import type { AttributeValue } from '../onnx/model.ts';
import { elementTypeOf } from '../onnx/element-type.ts';
import { isStatic, sameShape } from '../recording/dimension.ts';
import type { Dimension } from '../recording/dimension.ts';
import type { Value } from '../recording/recorded-graph.ts';
import { uniformData } from '../recording/uniform-data.ts';
import type { Choices } from './choices.ts';
import type { GraphBuilder } from './graph-builder.ts';
import { permuteData } from './permute-data.ts';
import type { RuntimeShapes } from './runtime-shapes.ts';
import { arrange, identityOrder, permutationBetween, sameOrder, significantAxes } from './wire.ts';
import type { AxisOrder, Wire } from './wire.ts';

/**
 * The numbers of a constant value and the name it shall have in the file. They lie in the order of another
 * tensor of shape `shape`, of which axis `axes[i]` is axis i of the value: a transposed weight is permuted
 * once only, straight into the order in which it is stored.
 */
export interface FoldedConstant {
  readonly name: string;
  readonly data: TypedArray;
  readonly shape: readonly number[];
  readonly axes: AxisOrder;
}

/** `value` is `base` times `factor`, item by item; the product is made when something asks for it. */
export interface DeferredScale {
  readonly base: Value;
  readonly factor: number;
}

/** Constants of at most so many items may be stored once per axis order instead of being transposed at load. */
const CHEAP_CONSTANT = 1024;
const UNIFORM_KERNELS: Readonly<Record<string, number>> = { ZerosLike: 0, OnesLike: 1 };

/** Far below what float32 can tell apart: factors differ by so much where double precision rounds. */
const SAME_FACTOR = 1e-9;

/** Whether two factors are meant to be the same. */
export function isSameFactor(first: number, second: number): boolean {
  return first === second || Math.abs(first / second - 1) < SAME_FACTOR;
}

/** An image [batch, channels, height, width] with so many rows and columns of zeros after those of another. */
export interface ZeroEnded {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
}

/** What an export consists of. */
export interface LoweringParts {
  readonly graph: GraphBuilder;
  readonly shapes: RuntimeShapes;
  readonly constants: ReadonlyMap<Value, FoldedConstant>;
  readonly choices: Choices;
}

/** The state of one export. */
export class Lowering {
  readonly graph: GraphBuilder;
  readonly shapes: RuntimeShapes;
  readonly choices: Choices;
  private readonly constants: Map<Value, FoldedConstant>;
  private readonly wires = new Map<Value, Wire[]>();
  private readonly scales = new Map<Value, DeferredScale>();
  private readonly multiples = new Map<Value, Map<number, Value>>();
  private readonly placed = new Map<string, string>();
  private readonly uniforms = new Map<Value, number | undefined>();
  private readonly zeroEnded = new Map<string, ZeroEnded>();

  constructor({ graph, shapes, constants, choices }: LoweringParts) {
    this.graph = graph;
    this.shapes = shapes;
    this.constants = new Map(constants);
    this.choices = choices;
  }

  /** Says that `wire` carries `value`. */
  bind(value: Value, wire: Wire): void {
    this.wires.set(value, [...(this.wires.get(value) ?? []), wire]);
  }

  /** Says that `value` is a multiple of another; a kernel that can absorb the factor elsewhere saves the product. */
  deferScale(value: Value, { base, factor }: DeferredScale): void {
    const inner = this.scales.get(base);
    const scale = inner === undefined ? { base, factor } : { base: inner.base, factor: factor * inner.factor };
    this.scales.set(value, isSameFactor(scale.factor, 1) ? { ...scale, factor: 1 } : scale);
  }

  /** A value that is `factor` times `base`; that of a constant is a constant. */
  scaled(base: Value, factor: number): Value {
    if (isSameFactor(factor, 1)) return base;
    const known = this.multiples.get(base) ?? new Map<number, Value>();
    this.multiples.set(base, known);
    const multiple = known.get(factor) ?? { ...base };
    if (known.has(factor)) return multiple;
    known.set(factor, multiple);
    const folded = this.constants.get(base);
    if (folded === undefined) this.deferScale(multiple, { base, factor });
    else this.constants.set(multiple, { ...folded, data: folded.data.map((item) => item * factor) as TypedArray });
    return multiple;
  }

  /** A factor with which `base` is at hand as a product by now. */
  multipleOf(base: Value): number | undefined {
    return this.multiples.get(base)?.keys().next().value;
  }

  /** The deferred factor of a value, unless the product exists by now. */
  scaleOf(value: Value): DeferredScale | undefined {
    return this.wires.has(value) ? undefined : this.scales.get(value);
  }

  /** The name of a constant and its numbers in the given axis order. */
  constantOf(value: Value, order: AxisOrder): Pick<FoldedConstant, 'name' | 'data'> | undefined {
    const folded = this.constants.get(value);
    if (folded === undefined) return undefined;
    return { name: folded.name, data: permuteData(folded.data, folded.shape, arrange(folded.axes, order)) };
  }

  /** The common value of all items, when it is known. */
  uniformOf(value: Value): number | undefined {
    if (!this.uniforms.has(value)) this.uniforms.set(value, this.findUniform(value));
    return this.uniforms.get(value);
  }

  private findUniform(value: Value): number | undefined {
    const folded = this.constants.get(value);
    if (folded !== undefined) return uniformData(folded.data);
    const scale = this.scales.get(value);
    if (scale !== undefined) {
      const base = this.uniformOf(scale.base);
      return base === undefined ? undefined : base * scale.factor;
    }
    const { source } = value;
    if (source.kind === 'uniform') return source.value;
    if (source.kind !== 'call') return undefined;
    const { kernel, attributes } = source.call;
    return kernel === 'Fill' ? Number(attributes['value']) : UNIFORM_KERNELS[kernel];
  }

  /** The orders in which the value is at hand; none for constants, which come in any. */
  ordersOf(value: Value): AxisOrder[] {
    const scale = this.scaleOf(value);
    if (scale !== undefined) return this.ordersOf(scale.base);
    return (this.wires.get(value) ?? []).map((wire) => wire.order);
  }

  /** Whether the value is stored or made rather than computed, and so costs nothing in any order. */
  isFree(value: Value): boolean {
    return this.constants.has(value) || this.uniformOf(value) !== undefined;
  }

  /** The order in which the value was computed. */
  orderOf(value: Value): AxisOrder {
    return this.ordersOf(value)[0] ?? identityOrder(value.shape.length);
  }

  /** Whether the value can be had in `order` without moving data. */
  isAtHand(value: Value, order: AxisOrder): boolean {
    if (this.isFree(value)) return true;
    const wanted = significantAxes(order, value.shape);
    return this.ordersOf(value).some((known) => sameOrder(significantAxes(known, value.shape), wanted));
  }

  /** The tensor that carries `value` with its axes in `order` (default: the logical one). */
  wire(value: Value, order: AxisOrder = identityOrder(value.shape.length)): string {
    this.makeProduct(value);
    const known = this.wires.get(value)?.find((wire) => sameOrder(wire.order, order));
    if (known !== undefined) return known.name;
    const name = this.materialise(value, order) ?? this.reordered(value, order);
    this.bind(value, { name, order });
    return name;
  }

  private makeProduct(value: Value): void {
    const scale = this.scaleOf(value);
    if (scale === undefined) return;
    const order = this.orderOf(scale.base);
    const base = this.wire(scale.base, order);
    const name = scale.factor === 1 ? base : this.graph.emit('Mul', [base, this.graph.scalar(scale.factor)]);
    this.bind(value, { name, order });
  }

  private materialise(value: Value, order: AxisOrder): string | undefined {
    const folded = this.constants.get(value);
    const stored = this.wires.has(value);
    if (folded !== undefined && (!stored || folded.data.length <= CHEAP_CONSTANT)) {
      return this.storeFolded(value, order, arrange(value.example, order));
    }
    const uniform = this.uniformOf(value);
    if (folded === undefined && uniform !== undefined) {
      const scalar = this.graph.scalar(uniform, elementTypeOf(value.dtype));
      return this.graph.emit('Expand', [scalar, this.shapes.vector(arrange(value.shape, order))]);
    }
    if (value.source.kind !== 'varying') return undefined;
    throw new InputError({
      where: 'traceToOnnx',
      expected: 'constants that do not depend on the batch size',
      got: value.source.reason,
      remedy: "declare the batch axis with a number instead of 'batch', and pass random numbers as inputs",
    });
  }

  private storeFolded(value: Value, order: AxisOrder, dimensions: readonly number[]): string {
    const { name = '', data = new Float32Array() } = this.constantOf(value, order) ?? {};
    return this.graph.store({ name, type: elementTypeOf(value.dtype), dimensions, data });
  }

  private reordered(value: Value, order: AxisOrder): string {
    const known = this.wires.get(value) ?? [];
    const wanted = significantAxes(order, value.shape);
    const near = known.find((wire) => sameOrder(significantAxes(wire.order, value.shape), wanted));
    if (near !== undefined) return this.reshape(near.name, arrange(value.shape, order));
    const [first] = known;
    if (first !== undefined) return this.graph.emit('Transpose', [first.name], { perm: permutationBetween(first.order, order) });
    throw new InternalError({
      where: 'traceToOnnx',
      expected: 'a value that has been computed',
      got: `value ${value.id} (${value.source.kind === 'call' ? value.source.call.kernel : value.source.kind})`,
      remedy: 'report the function that was traced',
    });
  }

  /** Says that an image is at hand with zeros at its ends. */
  endsInZeros(name: string, longer: ZeroEnded): void {
    this.zeroEnded.set(name, longer);
  }

  /** Adds a Conv with all four paddings given; zeros that are at hand are not padded again. */
  convolve(inputs: readonly string[], attributes: Readonly<Record<string, AttributeValue>> & { readonly pads: readonly number[] }): string {
    const [x = '', ...weights] = inputs;
    const [top = 0, left = 0, bottom = 0, right = 0] = attributes.pads;
    const longer = this.zeroEnded.get(x);
    if (longer === undefined || bottom < longer.rows || right < longer.columns) return this.graph.emit('Conv', inputs, attributes);
    return this.graph.emit('Conv', [longer.name, ...weights], { ...attributes, pads: [top, left, bottom - longer.rows, right - longer.columns] });
  }

  /** Adds a Reshape to `shape`, which may hold batch-dependent dimensions. */
  reshape(name: string, shape: readonly Dimension[]): string {
    const dynamic = shape.filter((dimension) => typeof dimension !== 'number').length;
    const target =
      dynamic === 1
        ? this.graph.integers(shape.map((dimension) => (typeof dimension === 'number' ? dimension : -1)))
        : this.shapes.vector(shape);
    return this.graph.emit('Reshape', [name, target]);
  }

  /**
   * The tensor of `value` shaped so that it broadcasts, by ONNX's (right-aligned) rule, against a tensor
   * of rank `order.length` whose axes lie in `order`.
   */
  broadcastable(value: Value, order: AxisOrder): string {
    const missing = order.length - value.shape.length;
    const own = order.filter((axis) => axis >= missing).map((axis) => axis - missing);
    const first = order.findIndex((axis) => axis >= missing);
    const axes = first < 0 ? [] : order.slice(first);
    const shape = axes.map((axis) => (axis < missing ? 1 : (value.shape[axis - missing] ?? 1)));
    if (shape.length === own.length) return this.wire(value, own);
    const key = `${value.id} ${axes.join()} ${order.length}`;
    const known = this.placed.get(key);
    if (known !== undefined) return known;
    const folded = this.constants.get(value);
    const name =
      folded !== undefined && folded.data.length <= CHEAP_CONSTANT && isStatic(shape)
        ? this.storeFolded(value, own, shape)
        : this.reshape(this.wire(value, own), shape);
    this.placed.set(key, name);
    return name;
  }

  /** As `broadcastable`, but a scalar when all items are equal and the scalar gives the same result shape. */
  operand(value: Value, order: AxisOrder, others: readonly Dimension[] | undefined): string {
    const uniform = this.uniformOf(value);
    const output = others !== undefined && sameShape(others, this.broadcastShape(value.shape, others));
    if (uniform !== undefined && output) return this.graph.scalar(uniform, elementTypeOf(value.dtype));
    return this.broadcastable(value, order);
  }

  private broadcastShape(shape: readonly Dimension[], against: readonly Dimension[]): readonly Dimension[] {
    const rank = Math.max(shape.length, against.length);
    return Array.from({ length: rank }, (_, axis) => {
      const own = shape[axis - (rank - shape.length)] ?? 1;
      const other = against[axis - (rank - against.length)] ?? 1;
      return own === 1 ? other : own;
    });
  }
}
