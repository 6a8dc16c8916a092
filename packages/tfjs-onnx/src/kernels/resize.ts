/**
 * Image resizing and its gradients. A resize is linear and separable, so its gradient is two products
 * with the transposed interpolation matrices. Where tfjs's CPU backend ignores `halfPixelCenters` in the
 * gradient, this follows TensorFlow.
 */
import type { Lowering } from '../lowering/lowering.ts';
import { arrange } from '../lowering/wire.ts';
import type { AttributeValue } from '../onnx/model.ts';
import type { TensorType, Value } from '../recording/recorded-graph.ts';
import { CHANNELS_FIRST } from './channels-first.ts';
import { linearIn } from './factor-rules.ts';
import { interpolationMatrix } from './interpolation-matrix.ts';
import type { Interpolation } from './interpolation-matrix.ts';
import { inputOf } from './kernel-rule.ts';
import type { KernelRule } from './kernel-rule.ts';

interface ResizeAttributes {
  readonly size: [number, number];
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

function coordinates({ alignCorners, halfPixelCenters }: ResizeAttributes): string {
  if (alignCorners) return 'align_corners';
  return halfPixelCenters ? 'half_pixel' : 'asymmetric';
}

function nearestMode({ alignCorners, halfPixelCenters }: ResizeAttributes): string {
  return alignCorners || halfPixelCenters ? 'round_prefer_ceil' : 'floor';
}

function modeAttributes(interpolation: Interpolation, attributes: ResizeAttributes): Record<string, AttributeValue> {
  const mode = { mode: interpolation, coordinate_transformation_mode: coordinates(attributes) };
  return interpolation === 'nearest' ? { ...mode, nearest_mode: nearestMode(attributes) } : mode;
}

/**
 * The `scales` input, when float32 holds both exactly; they leave the batch alone. (Resize's `axes`
 * attribute would as well, but ONNX Runtime 1.30 breaks such nodes when it moves transposes past them.)
 */
function exactScales(from: readonly number[], to: readonly number[]): number[] | undefined {
  const scales = to.map((size, axis) => Math.fround(size / (from[axis] ?? 1)));
  return scales.every((scale, axis) => scale * (from[axis] ?? 1) === to[axis]) ? scales : undefined;
}

/** The last inputs of Resize: scales, or sizes. */
function targetInputs(lowering: Lowering, images: Value, output: Value): string[] {
  const scales = exactScales(images.example.slice(1, 3), output.example.slice(1, 3));
  if (scales === undefined) return ['', lowering.shapes.vector(arrange(output.shape, CHANNELS_FIRST))];
  const data = Float32Array.of(1, 1, ...scales);
  return [lowering.graph.store({ name: `scales_${scales.join('_')}`, type: 'float32', dimensions: [4], data })];
}

function resizeRule(kernel: string, interpolation: Interpolation): KernelRule<ResizeAttributes> {
  return {
    kernel,
    factors: linearIn('images'),
    infer(call): TensorType {
      const { shape } = inputOf(call, 'images');
      return { shape: [shape[0] ?? 1, ...call.attributes.size, shape[3] ?? 1], dtype: 'float32' };
    },
    lower(call, lowering) {
      const images = inputOf(call, 'images');
      const inputs = [lowering.wire(images, CHANNELS_FIRST), '', ...targetInputs(lowering, images, call.output)];
      return { name: lowering.graph.emit('Resize', inputs, modeAttributes(interpolation, call.attributes)), order: CHANNELS_FIRST };
    },
  };
}

interface MatrixRequest {
  readonly from: number;
  readonly to: number;
  readonly interpolation: Interpolation;
  readonly transposed: boolean;
}

function storeMatrix(lowering: Lowering, request: MatrixRequest, attributes: ResizeAttributes): string {
  const { from, to, interpolation, transposed } = request;
  const data = interpolationMatrix({ from, to, interpolation, ...attributes }, transposed);
  const dimensions = transposed ? [from, to] : [to, from];
  return lowering.graph.store({ name: `resize_${from}_to_${to}`, type: 'float32', dimensions, data });
}

function gradientRule(kernel: string, interpolation: Interpolation): KernelRule<ResizeAttributes> {
  return {
    kernel,
    factors: linearIn('dy'),
    infer: (call) => inputOf(call, 'images'),
    lower(call, lowering) {
      const dy = inputOf(call, 'dy');
      const [, height = 1, width = 1] = call.output.example;
      const [, outputHeight = 1, outputWidth = 1] = dy.example;
      const rows = { from: height, to: outputHeight, interpolation, transposed: true };
      const columns = { from: width, to: outputWidth, interpolation, transposed: false };
      const across = [lowering.wire(dy, CHANNELS_FIRST), storeMatrix(lowering, columns, call.attributes)];
      const narrow = lowering.graph.emit('MatMul', across);
      const name = lowering.graph.emit('MatMul', [storeMatrix(lowering, rows, call.attributes), narrow]);
      return { name, order: CHANNELS_FIRST };
    },
  };
}

/** Resizing. */
export const resizeRules: readonly KernelRule<never>[] = [
  resizeRule('ResizeBilinear', 'linear'),
  resizeRule('ResizeNearestNeighbor', 'nearest'),
  gradientRule('ResizeBilinearGrad', 'linear'),
  gradientRule('ResizeNearestNeighborGrad', 'nearest'),
];
