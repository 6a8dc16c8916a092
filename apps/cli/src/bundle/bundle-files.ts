/** The files of a model bundle, made from weights by our own tracer, one after the other: networks first, then manifest.json. */
import { createHash } from 'node:crypto';
import { encoderGraph } from '@mfim/encoder';
import type { EncoderConfig, EncoderParameters } from '@mfim/encoder';
import { generatorGraphs, stageTops } from '@mfim/stylegan';
import type { SynthesisParameters } from '@mfim/stylegan';
import { MANIFEST_VERSION, parseManifest } from '@mfim/tensor-contracts';
import type { BundleManifest, FileContract, NetworkContract, NetworkGraph, StageContract, StyleTable } from '@mfim/tensor-contracts';
import { traceToOnnx } from '@mfim/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { useCpuBackend } from '../use-cpu-backend.ts';

/** How weights are stored; computation is float32. */
export type StoredWeights = 'float32' | 'float16';

/** What a bundle is made of. */
export interface BundleParts extends Pick<BundleManifest, 'name' | 'split' | 'training'> {
  readonly table: StyleTable;
  readonly config: EncoderConfig;
  /** Called once each; their tensors are freed when the network is written. */
  readonly encoder: () => EncoderParameters | Promise<EncoderParameters>;
  readonly generator: () => SynthesisParameters | Promise<SynthesisParameters>;
  /** What the noise inputs without a style map get. */
  readonly noise: 'stored' | 'none';
  readonly weights: StoredWeights;
  /** SPDX identifiers. */
  readonly licences: { readonly encoder: string; readonly generator: string };
}

/** One file. */
export interface BundleFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

interface Exported<Contract> extends BundleFile {
  readonly contract: Contract;
}

async function exportGraph(name: string, graph: NetworkGraph<tf.Tensor>, weights: StoredWeights): Promise<Exported<NetworkContract>> {
  const { inputs, outputs, run } = graph;
  const ports = inputs.map((port) => ({ name: port.name, shape: port.axes as readonly (number | 'batch')[] }));
  const { bytes } = await traceToOnnx((tensors) => ({ ...run(tensors) }), { name, inputs: ports, weights });
  const file = `${name}.onnx`;
  return { name: file, bytes, contract: { file, inputs, outputs } };
}

async function* exportStages({ generator, table, config, noise, weights }: BundleParts): AsyncGenerator<Exported<StageContract>> {
  const parameters = await generator();
  const mapped = table.noises.filter(({ resolution }) => config.mapResolutions.includes(resolution)).map(({ index }) => index);
  for (const graph of generatorGraphs(parameters, table, { stages: stageTops(table.resolution), mapped, noise })) {
    const { contract, ...file } = await exportGraph(`generator-${graph.upTo}`, graph, weights);
    yield { ...file, contract: { ...contract, upTo: graph.upTo } };
  }
}

async function* scoped<Item>(make: () => AsyncGenerator<Item>): AsyncGenerator<Item> {
  tf.engine().startScope();
  try {
    yield* make();
  } finally {
    tf.engine().endScope();
  }
}

function contractOf(bytes: Uint8Array, licence: string): FileContract {
  return { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length, licence };
}

/**
 * Exports both networks and describes them.
 *
 * @throws InputError when the encoder does not fit the generator
 */
export async function* bundleFiles(parts: BundleParts): AsyncGenerator<BundleFile> {
  const { name, table, config, split, weights, licences, training } = parts;
  await useCpuBackend();
  const files: Record<string, FileContract> = {};
  const encoders: NetworkContract[] = [];
  const stages: StageContract[] = [];
  async function* exportEncoder(): AsyncGenerator<Exported<NetworkContract>> {
    yield await exportGraph('encoder', encoderGraph(await parts.encoder(), { config, table }), weights);
  }
  for await (const file of scoped(exportEncoder)) {
    encoders.push(file.contract);
    files[file.name] = contractOf(file.bytes, licences.encoder);
    yield { name: file.name, bytes: file.bytes };
  }
  for await (const file of scoped(() => exportStages(parts))) {
    stages.push(file.contract);
    files[file.name] = contractOf(file.bytes, licences.generator);
    yield { name: file.name, bytes: file.bytes };
  }
  const manifest = parseManifest({
    format: 'mfim-bundle',
    version: MANIFEST_VERSION,
    name,
    resolution: table.resolution,
    channels: table.plan,
    split,
    alignment: { kind: 'ffhq', size: config.inputResolution },
    encoder: encoders[0],
    stages,
    files,
    training,
    metrics: {},
  });
  yield { name: 'manifest.json', bytes: new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`) };
}
