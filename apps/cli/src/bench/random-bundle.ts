/**
 * A whole model bundle with random weights, in memory: the full IR-SE50 encoder on a 256 input and
 * the config-F generator, exported by our own tracer as a trained bundle is. The time of a swap does
 * not depend on the weights.
 */
import { createHash } from 'node:crypto';
import type * as tf from '@tensorflow/tfjs-core';
import { engine } from '@tensorflow/tfjs-core';
import { IR_SE_50, encoderGraph, encoderSpec } from '@mfim/encoder';
import type { EncoderConfig } from '@mfim/encoder';
import { initialParameters, seededNormal } from '@mfim/nn';
import { generatorGraphs, synthesisSpec } from '@mfim/stylegan';
import { CONFIG_F, MANIFEST_VERSION, MFIM_SPLIT, styleTable } from '@mfim/tensor-contracts';
import type { BundleManifest, ChannelPlan, FileContract, NetworkGraph, StyleTable } from '@mfim/tensor-contracts';
import { traceToOnnx } from '@mfim/tfjs-onnx';
import { useCpuBackend } from '../use-cpu-backend.ts';

const SEED = 1;
const ENCODER_FILE = 'encoder.onnx';

/** Files by name, as `memoryFiles` of the pipeline takes them. */
export type BundleBytes = Readonly<Record<string, Uint8Array>>;

/** What is built. */
export interface RandomBundleRequest {
  readonly resolution: number;
  /** Layer widths; default config F. */
  readonly channels?: ChannelPlan;
  /** Default IR-SE50 on a 256 input. */
  readonly encoder?: EncoderConfig;
}

function encoderConfigFor(resolution: number): EncoderConfig {
  return { ...IR_SE_50, mapResolutions: IR_SE_50.mapResolutions.filter((size) => size <= resolution) };
}

async function exportGraph(name: string, graph: NetworkGraph<tf.Tensor>): Promise<Uint8Array> {
  const inputs = graph.inputs.map((port) => ({ name: port.name, shape: port.axes as readonly (number | 'batch')[] }));
  const traced = await traceToOnnx((tensors) => ({ ...graph.run(tensors) }), { name, inputs });
  return traced.bytes;
}

function contractOf(bytes: Uint8Array): FileContract {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { sha256, bytes: bytes.length, licence: 'Apache-2.0' };
}

async function exportEncoder(config: EncoderConfig, table: StyleTable) {
  const parameters = initialParameters(encoderSpec(config, table), seededNormal(SEED));
  const graph = encoderGraph(parameters, { config, table });
  return { graph, bytes: await exportGraph('encoder', graph) };
}

async function exportGenerator(config: EncoderConfig, table: StyleTable) {
  const parameters = initialParameters(synthesisSpec(table), seededNormal(SEED + 1));
  const mapped = table.noises.filter(({ resolution }) => config.mapResolutions.includes(resolution)).map(({ index }) => index);
  const [graph] = generatorGraphs(parameters, table, { stages: [table.resolution], mapped });
  if (graph === undefined) throw new RangeError('one stage was asked for');
  return { graph, bytes: await exportGraph('generator', graph) };
}

const ports = ({ inputs, outputs }: NetworkGraph<tf.Tensor>) => ({ inputs, outputs });

async function exportAll(request: RandomBundleRequest): Promise<BundleBytes> {
  const { resolution, channels = CONFIG_F, encoder: config = encoderConfigFor(resolution) } = request;
  const table = styleTable(resolution, channels);
  const encoder = await exportEncoder(config, table);
  const generator = await exportGenerator(config, table);
  const generatorFile = `generator-${resolution}.onnx`;
  const manifest: BundleManifest = {
    format: 'mfim-bundle',
    version: MANIFEST_VERSION,
    name: `random-${resolution}`,
    resolution,
    channels,
    split: MFIM_SPLIT,
    alignment: { kind: 'ffhq', size: config.inputResolution },
    encoder: { file: ENCODER_FILE, ...ports(encoder.graph) },
    stages: [{ file: generatorFile, upTo: resolution, ...ports(generator.graph) }],
    files: { [ENCODER_FILE]: contractOf(encoder.bytes), [generatorFile]: contractOf(generator.bytes) },
    training: { weights: 'random' },
    metrics: {},
  };
  return {
    'manifest.json': new TextEncoder().encode(JSON.stringify(manifest)),
    [ENCODER_FILE]: encoder.bytes,
    [generatorFile]: generator.bytes,
  };
}

/**
 * Builds and exports both networks; their tensors are freed again.
 *
 * @throws InputError when the resolution is no power of two, or the encoder does not fit it
 */
export async function randomBundle(request: RandomBundleRequest): Promise<BundleBytes> {
  await useCpuBackend();
  engine().startScope();
  try {
    return await exportAll(request);
  } finally {
    engine().endScope();
  }
}
