/**
 * Runs an exported file on ONNX Runtime, and compares with the function run by tfjs.
 */
import * as tf from '@tensorflow/tfjs-core';
import * as ort from 'onnxruntime-node';
import { expect } from 'vitest';
import { traceToOnnx } from '../src/index.ts';
import type { TracedGraph, TraceOptions } from '../src/index.ts';
import type { TracedFunction } from '../src/recording/record-function.ts';

/** Host data with its shape. */
export interface Numbers {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** Deterministic numbers in [-1, 1). */
export function numbers(shape: readonly number[], seed = 1): Numbers {
  let state = seed * 7919 + 17;
  const data = Float32Array.from({ length: shape.reduce((total, size) => total * size, 1) }, () => {
    state = (state * 16807) % 2147483647;
    return (state / 2147483647 - 0.5) * 2;
  });
  return { data, shape };
}

/** Feeds `inputs` to the file; returns its outputs. */
export async function runOnnx(
  graph: TracedGraph,
  inputs: Readonly<Record<string, Numbers>>,
): Promise<Record<string, Numbers>> {
  const session = await ort.InferenceSession.create(graph.bytes, { intraOpNumThreads: 1, logSeverityLevel: 3 });
  const feeds = Object.entries(inputs).map(([name, { data, shape }]) => [name, new ort.Tensor('float32', data, shape)] as const);
  const results = await session.run(Object.fromEntries(feeds));
  await session.release();
  return Object.fromEntries(
    Object.entries(results).map(([name, tensor]) => [
      name,
      { data: Float32Array.from(tensor.data as ArrayLike<number>), shape: tensor.dims },
    ]),
  );
}

/** Largest difference, relative to the largest absolute value expected. */
export function relativeError(expected: ArrayLike<number>, got: ArrayLike<number>): number {
  let [largest, difference] = [0, 0];
  for (let index = 0; index < expected.length; index += 1) {
    const value = Math.abs(expected[index] ?? 0);
    largest = Math.max(largest, Number.isFinite(value) ? value : 0);
    const error = Math.abs((expected[index] ?? 0) - (got[index] ?? 0));
    difference = Math.max(difference, Object.is(expected[index], got[index]) ? 0 : error);
  }
  return largest === 0 ? difference : difference / largest;
}

/** What is compared. */
export interface Comparison {
  readonly fn: (inputs: Record<string, tf.Tensor>) => tf.Tensor | tf.Tensor[];
  readonly inputs: Readonly<Record<string, Numbers>>;
  readonly options?: Partial<TraceOptions>;
}

function named(result: tf.Tensor | tf.Tensor[]): Record<string, tf.Tensor> {
  return Object.fromEntries((Array.isArray(result) ? result : [result]).map((tensor, index) => [`out${index}`, tensor]));
}

/** Asserts that the exported function gives what tfjs gives, shapes and values. */
export async function expectSame({ fn, inputs, options }: Comparison, tolerance = 1e-4): Promise<TracedGraph> {
  const ports = Object.entries(inputs).map(([name, { shape }]) => ({ name, shape }));
  const graph = await traceToOnnx((tensors) => named(fn(tensors)), { name: 'test', inputs: ports, ...options });
  const tensors = Object.fromEntries(
    Object.entries(inputs).map(([name, { data, shape }]) => [name, tf.tensor(data, [...shape])] as const),
  );
  const expected = named(fn(tensors));
  const got = await runOnnx(graph, inputs);
  for (const [name, tensor] of Object.entries(expected)) {
    expect(got[name]?.shape, `shape of ${name}`).toEqual(tensor.shape);
    expect(relativeError(await tensor.data(), got[name]?.data ?? []), `error of ${name}`).toBeLessThanOrEqual(tolerance);
  }
  return graph;
}

/** A function whose outputs `left` and `right` are one number computed in two ways. */
export interface Law {
  readonly fn: TracedFunction;
  readonly inputs: Readonly<Record<string, Numbers>>;
}

/** Asserts that the exported function gives the same number twice. */
export async function expectSameNumber({ fn, inputs }: Law, tolerance: number): Promise<void> {
  const ports = Object.entries(inputs).map(([name, { shape }]) => ({ name, shape }));
  const { left, right } = await runOnnx(await traceToOnnx(fn, { name: 'law', inputs: ports }), inputs);
  const [first = Number.NaN, second = Number.NaN] = [left?.data[0], right?.data[0]];
  expect(Math.abs(first - second)).toBeLessThanOrEqual(tolerance * Math.max(1, Math.abs(first)));
}
