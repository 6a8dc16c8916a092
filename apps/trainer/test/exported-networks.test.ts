/**
 * The exported graphs, run by ONNX Runtime, against tfjs: at 64, 256 and 1024 with narrow layers on
 * the plain CPU backend. (Config F at full width: `tools/benchmarks`, where a native engine is built.)
 */
import '@tensorflow/tfjs';
import { encoderGraph, encoderSpec } from '@mfim/encoder';
import type { EncoderConfig } from '@mfim/encoder';
import { fillParameters, initialParameters, seededNormal } from '@mfim/nn';
import { generatorGraphs, stageTops, synthesisSpec } from '@mfim/stylegan';
import { onnxRuntime, styleTable } from '@mfim/tensor-contracts';
import type { HostTensor, NetworkGraph, StyleTable } from '@mfim/tensor-contracts';
import { traceToOnnx } from '@mfim/tfjs-onnx';
import type { TraceInput } from '@mfim/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import * as ort from 'onnxruntime-node';
import { beforeAll, expect, test } from 'vitest';

const LIMIT = 1e-4;
const runtime = onnxRuntime(ort, { name: 'onnxruntime-node' });
const normal = seededNormal(11);

beforeAll(() => tf.setBackend('cpu'));

type Named = Record<string, HostTensor>;

function randomInputs(graph: NetworkGraph<tf.Tensor>, batch: number, given: Named): Named {
  const inputs: Named = {};
  for (const { name, axes } of graph.inputs) {
    const shape = axes.map((axis) => (typeof axis === 'number' ? axis : batch));
    const data = normal(shape.reduce((product, size) => product * size, 1));
    inputs[name] = given[name] ?? { data: name === 'codes' ? data.map((value) => 1 + 0.3 * value) : data, shape };
  }
  return inputs;
}

async function exported(graph: NetworkGraph<tf.Tensor>, inputs: Named): Promise<Named> {
  const ports = graph.inputs.map(({ name, axes }): TraceInput => ({ name, shape: axes as TraceInput['shape'] }));
  const { bytes } = await traceToOnnx((tensors) => graph.run(tensors) as Record<string, tf.Tensor>, { name: 'test', inputs: ports });
  const session = await runtime.open(bytes);
  const outputs = await session.run(inputs);
  await session.release();
  return outputs;
}

/** Runs both and returns ONNX Runtime's outputs after comparing them. */
async function compare(graph: NetworkGraph<tf.Tensor>, inputs: Named): Promise<Named> {
  const outputs = await exported(graph, inputs);
  const expected = tf.tidy(() => {
    const tensors = Object.entries(inputs).map(([name, { data, shape }]) => [name, tf.tensor(data, shape.slice())] as const);
    return graph.run(Object.fromEntries(tensors)) as Record<string, tf.Tensor>;
  });
  expect(Object.keys(outputs).toSorted()).toEqual(graph.outputs.map(({ name }) => name).toSorted());
  for (const [name, tensor] of Object.entries(expected)) {
    const wanted = await tensor.data();
    const got = outputs[name] as HostTensor;
    let [error, scale] = [0, 0];
    wanted.forEach((value, index) => {
      error = Math.max(error, Math.abs(value - (got.data[index] as number)));
      scale = Math.max(scale, Math.abs(value));
    });
    expect(got.shape).toEqual(tensor.shape);
    expect(error / scale, name).toBeLessThan(LIMIT);
  }
  return outputs;
}

const plans = { 64: { base: 512, maximum: 24 }, 256: { base: 1024, maximum: 12 }, 1024: { base: 2048, maximum: 8 } } as const;

function tableAt(resolution: 64 | 256 | 1024): StyleTable {
  return styleTable(resolution, plans[resolution]);
}

test.each([64, 256, 1024] as const)('generator at %d, in stages', async (resolution) => {
  const table = tableAt(resolution);
  const parameters = initialParameters(synthesisSpec(table), seededNormal(resolution));
  const mapped = table.noises.filter((noise) => noise.resolution >= 8 && noise.resolution <= 32).map(({ index }) => index);
  let previous: Named = {};
  for (const graph of generatorGraphs(parameters, table, { stages: stageTops(resolution), mapped })) {
    const outputs = await compare(graph, randomInputs(graph, 1, previous));
    previous = { previous_rgb: outputs['rgb'] as HostTensor, ...(outputs['features'] === undefined ? {} : { previous_features: outputs['features'] }) };
  }
});

const encoders: readonly [64 | 256 | 1024, EncoderConfig][] = [
  [64, { inputResolution: 64, stemWidth: 8, stages: [{ units: 1, width: 8 }, { units: 2, width: 16 }, { units: 1, width: 16 }], pyramidWidth: 12, levels: [{ resolution: 8, codesUpTo: 8 }, { resolution: 16, codesUpTo: 16 }, { resolution: 32, codesUpTo: 64 }], codeWidth: 16, mapWidth: 8, mapResolutions: [8, 16] }],
  [1024, { inputResolution: 256, stemWidth: 4, stages: [{ units: 1, width: 4 }, { units: 1, width: 6 }, { units: 1, width: 8 }, { units: 1, width: 8 }], pyramidWidth: 6, levels: [{ resolution: 16, codesUpTo: 8 }, { resolution: 32, codesUpTo: 32 }, { resolution: 64, codesUpTo: 1024 }], codeWidth: 8, mapWidth: 4, mapResolutions: [16, 32, 64] }],
];

test.each(encoders)('encoder for a generator of %d', async (resolution, config) => {
  const table = tableAt(resolution);
  // Random everywhere, as after training: the last convolutions of M2M start at zero.
  const parameters = fillParameters(encoderSpec(config, table), (name, { shape }) => {
    const values = normal(shape.reduce((product, size) => product * size, 1));
    return tf.tensor(values.map((value) => (name.endsWith('variance') ? 1 + Math.abs(value) : 0.3 * value)), shape.slice());
  });
  const graph = encoderGraph(parameters, { config, table });
  await compare(graph, randomInputs(graph, 2, {}));
});
