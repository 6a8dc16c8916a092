/**
 * One operation of a training step, at one size: how tfjs computes it, the ways in which its graph can be written, and what
 * PyTorch calls it. Images are [batch, height, width, channels], filters [height, width, in, out].
 */
import type { TraceOptions } from '@mfim/tfjs-onnx';
import type * as tf from '@tensorflow/tfjs-core';

/** A computation of one tensor from named ones. */
export type Compute = (inputs: Readonly<Record<string, tf.Tensor>>) => tf.Tensor;

/** A way to write the graph: other choices of the exporter, or the same result computed in another way. */
export interface Writing {
  readonly choices?: TraceOptions['choices'];
  readonly compute?: Compute;
}

/** What PyTorch runs; it makes its own random inputs of these shapes. */
export interface TorchOperation {
  readonly name: string;
  readonly stride?: number;
  readonly padding?: number;
  readonly groups?: number;
}

/** An operation at one size. */
export interface LayerCase {
  readonly operation: string;
  /** Channels and side, for people. */
  readonly size: string;
  /** 10^9 multiply-adds. */
  readonly gigaMacs: number;
  readonly shapes: Readonly<Record<string, readonly number[]>>;
  readonly compute: Compute;
  readonly writings: Readonly<Record<string, Writing>>;
  readonly torch: TorchOperation;
}

/** Whether a tensor of this shape is an image, which graphs hold channels-first: all of rank 4 but filters. */
export function isImage(name: string, shape: readonly number[]): boolean {
  return shape.length === 4 && name !== 'filter';
}
