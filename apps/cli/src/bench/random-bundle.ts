/**
 * A whole model bundle with random weights, in memory: the full IR-SE50 encoder on a 256 input and
 * the config-F generator in its stages, exported by our own tracer as a trained bundle is. The time of a
 * swap does not depend on the weights, as long as none is just zero: adding that would be left out.
 */
import { createHash } from 'node:crypto';
import type * as tf from '@tensorflow/tfjs-core';
import { engine, tensor } from '@tensorflow/tfjs-core';
import { IR_SE_50, encoderGraph, encoderSpec } from '@mfim/encoder';
import type { EncoderConfig } from '@mfim/encoder';
import { fillParameters, seededNormal } from '@mfim/nn';
import type { NormalSource, ParametersOf, SpecTree } from '@mfim/nn';
import { generatorGraphs, stageTops, synthesisSpec } from '@mfim/stylegan';
import { CONFIG_F, MANIFEST_VERSION, MFIM_SPLIT, styleTable } from '@mfim/tensor-contracts';
import type { BundleManifest, ChannelPlan, FileContract, NetworkContract, NetworkGraph, StyleTable } from '@mfim/tensor-contracts';
import { traceToOnnx } from '@mfim/tfjs-onnx';
import { useCpuBackend } from '../use-cpu-backend.ts';

const SEED = 1;
/** How far biases, gains and the like lie from where they start. */
const SPREAD = 0.05;

/** Files by name, as `memoryFiles` of the pipeline takes them. */
export type BundleBytes = Readonly<Record<string, Uint8Array>>;

/** What is built. */
export interface RandomBundleRequest {
  readonly resolution: number;
  /** Layer widths; default config F. */
  readonly channels?: ChannelPlan;
  /** Default IR-SE50 on a 256 input. */
  readonly encoder?: EncoderConfig;
  /** How weights are stored. Default float32. */
  readonly weights?: Weights;
}

type Weights = 'float32' | 'float16';

function encoderConfigFor(resolution: number): EncoderConfig {
  return { ...IR_SE_50, mapResolutions: IR_SE_50.mapResolutions.filter((size) => size <= resolution) };
}

function weightsAsTrained<Tree extends SpecTree>(tree: Tree, normal: NormalSource): ParametersOf<Tree> {
  return fillParameters(tree, (_, { shape, fill, scale }) => {
    const values = normal(shape.reduce((product, size) => product * size, 1));
    return tensor(values.map((value) => (fill === 'normal' ? scale * value : scale + SPREAD * value)), shape.slice());
  });
}

/** A network as a bundle has it. */
interface Exported {
  readonly network: NetworkContract;
  readonly bytes: Uint8Array;
}

async function exportGraph(name: string, { inputs, outputs, run }: NetworkGraph<tf.Tensor>, weights: Weights): Promise<Exported> {
  const ports = inputs.map((port) => ({ name: port.name, shape: port.axes as readonly (number | 'batch')[] }));
  const traced = await traceToOnnx((tensors) => ({ ...run(tensors) }), { name, inputs: ports, weights });
  return { network: { file: `${name}.onnx`, inputs, outputs }, bytes: traced.bytes };
}

function contractOf(bytes: Uint8Array): FileContract {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return { sha256, bytes: bytes.length, licence: 'Apache-2.0' };
}

async function exportStages(table: StyleTable, config: EncoderConfig, weights: Weights): Promise<readonly (Exported & { readonly upTo: number })[]> {
  const parameters = weightsAsTrained(synthesisSpec(table), seededNormal(SEED + 1));
  const mapped = table.noises.filter(({ resolution }) => config.mapResolutions.includes(resolution)).map(({ index }) => index);
  const stages = [];
  for (const graph of generatorGraphs(parameters, table, { stages: stageTops(table.resolution), mapped })) {
    stages.push({ ...(await exportGraph(`generator-${graph.upTo}`, graph, weights)), upTo: graph.upTo });
  }
  return stages;
}

async function exportAll(request: RandomBundleRequest): Promise<BundleBytes> {
  const { resolution, channels = CONFIG_F, encoder: config = encoderConfigFor(resolution), weights = 'float32' } = request;
  const table = styleTable(resolution, channels);
  const parameters = weightsAsTrained(encoderSpec(config, table), seededNormal(SEED));
  const encoder = await exportGraph('encoder', encoderGraph(parameters, { config, table }), weights);
  const stages = await exportStages(table, config, weights);
  const files = Object.fromEntries([encoder, ...stages].map(({ network, bytes }) => [network.file, bytes]));
  const manifest: BundleManifest = {
    format: 'mfim-bundle',
    version: MANIFEST_VERSION,
    name: `random-${resolution}`,
    resolution,
    channels,
    split: MFIM_SPLIT,
    alignment: { kind: 'ffhq', size: config.inputResolution },
    encoder: encoder.network,
    stages: stages.map(({ network, upTo }) => ({ ...network, upTo })),
    files: Object.fromEntries(Object.entries(files).map(([file, bytes]) => [file, contractOf(bytes)])),
    training: { weights: 'random' },
    metrics: {},
  };
  return { 'manifest.json': new TextEncoder().encode(JSON.stringify(manifest)), ...files };
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
