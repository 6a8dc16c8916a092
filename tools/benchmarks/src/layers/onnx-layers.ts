/** Layer cases on ONNX Runtime, each writing a session; the graph's images are channels-first, as inside a step. */
import { traceToOnnx } from '@mfim/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import * as ort from 'onnxruntime-node';
import { isImage } from './layer-case.ts';
import type { LayerCase, Writing } from './layer-case.ts';

/** A graph that is ready to run. */
export interface LoadedLayer {
  /** Runs once; what it computes is read from `result`. */
  run(): Promise<void>;
  readonly result: Float32Array;
  readonly nodes: number;
  release(): Promise<void>;
}

/** Settings of the sessions. */
export interface LayerSettings {
  readonly threads: number;
  readonly provider: string;
}

const FATAL_ONLY = 4;

function channelsFirst(shape: readonly number[]): number[] {
  const [batch = 1, height = 1, width = 1, channels = 1] = shape;
  return [batch, channels, height, width];
}

function lastAgain(x: tf.Tensor): tf.Tensor {
  return tf.transpose(x, [0, 2, 3, 1]);
}

/** Numbers without pattern, in [-1, 1). */
export function numbersFor(shape: readonly number[], seed: number): Float32Array {
  const count = shape.reduce((product, size) => product * size, 1);
  return Float32Array.from({ length: count }, (_, index) => ((Math.sin(index * 1.7 + seed) * 43_758.5453) % 1));
}

/** Traces a writing of a case and opens a session for it. */
export async function loadLayer(each: LayerCase, writing: Writing, { threads, provider }: LayerSettings): Promise<LoadedLayer> {
  const compute = writing.compute ?? each.compute;
  const ports = Object.entries(each.shapes).map(([name, shape]) => ({ name, shape: isImage(name, shape) ? channelsFirst(shape) : [...shape] }));
  const graph = await traceToOnnx(
    (tensors) => {
      const inputs = Object.fromEntries(Object.entries(each.shapes).map(([name, shape]) => [name, isImage(name, shape) ? lastAgain(tensors[name] as tf.Tensor) : (tensors[name] as tf.Tensor)]));
      const result = compute(inputs);
      return { result: result.rank === 4 && !each.operation.includes('filter gradient') ? tf.transpose(result, [0, 3, 1, 2]) : result };
    },
    { name: 'layer', inputs: ports, ...(writing.choices === undefined ? {} : { choices: writing.choices }) },
  );
  // Idle threads must not spin while others are measured.
  const extra = { session: { intra_op: { allow_spinning: '0' } } };
  const session = await ort.InferenceSession.create(graph.bytes, { executionProviders: [provider], intraOpNumThreads: threads, graphOptimizationLevel: 'all', logSeverityLevel: FATAL_ONLY, extra });
  const feeds = Object.fromEntries(ports.map(({ name, shape }, index) => [name, new ort.Tensor('float32', numbersFor(shape, index), shape)]));
  const shape = graph.outputs[0]?.shape as number[];
  const result = new Float32Array(shape.reduce((product, size) => product * size, 1));
  // The result's memory is given, so that it is not asked from the system in every run.
  const fetches = { result: new ort.Tensor('float32', result, shape) };
  return {
    async run() {
      await session.run(feeds, fetches);
    },
    result,
    nodes: graph.nodeCount,
    release: () => session.release(),
  };
}
