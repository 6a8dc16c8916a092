/**
 * Exports the averaged weights of a run as a bundle: encoder.onnx, one generator file a stage, and
 * manifest.json with the contract, checksum and licence of each. The folder is written beside its
 * final name and renamed, so that there is never half a bundle.
 */
import { createHash } from 'node:crypto';
import { copyFile, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { encoderGraph } from '@mfim/encoder';
import { flattenParameters } from '@mfim/nn';
import { generatorGraphs, stageTops } from '@mfim/stylegan';
import { InputError, MANIFEST_VERSION, parseManifest } from '@mfim/tensor-contracts';
import type { BundleManifest, NetworkContract, NetworkGraph, StageContract } from '@mfim/tensor-contracts';
import { traceToOnnx } from '@mfim/tfjs-onnx';
import type { TraceInput } from '@mfim/tfjs-onnx';
import type * as tf from '@tensorflow/tfjs-core';
import { checkConfig } from '../config/read-config.ts';
import type { TrainingConfig } from '../config/training-config.ts';
import { parametersOf } from '../model/flat-network.ts';
import type { SwapModel } from '../model/swap-model.ts';
import type { Checkpoint } from '../run/checkpoint-file.ts';
import { averagedModel } from '../model/averaged-model.ts';

const LICENCE = 'Apache-2.0';

/** What to export and where to. */
export interface ExportRequest {
  readonly checkpoint: Checkpoint;
  readonly folder: string;
  readonly weights: 'float32' | 'float16';
  /** Measured numbers for the manifest. */
  readonly metrics: Readonly<Record<string, number>>;
}

interface BundleFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

interface Traced<Contract> {
  readonly contract: Contract;
  readonly file: BundleFile;
}

async function trace(graph: NetworkGraph<tf.Tensor>, name: string, options: { readonly weights: ExportRequest['weights']; readonly names: ReadonlyMap<tf.Tensor, string> }): Promise<Traced<NetworkContract>> {
  const inputs = graph.inputs.map(({ name: input, axes }): TraceInput => ({ name: input, shape: axes as TraceInput['shape'] }));
  const traced = await traceToOnnx((tensors) => graph.run(tensors) as Record<string, tf.Tensor>, {
    name,
    inputs,
    weights: options.weights,
    weightNames: options.names,
  });
  const file = `${name}.onnx`;
  return { contract: { file, inputs: graph.inputs, outputs: graph.outputs }, file: { name: file, bytes: traced.bytes } };
}

async function traceNetworks(model: SwapModel, flat: tf.Tensor, weights: ExportRequest['weights']) {
  const { encoder, generator } = parametersOf(model.swapper, flat);
  const names = new Map([...flattenParameters({ encoder, generator } as never)].map(([name, tensor]) => [tensor, name]));
  const { table, config } = model.context;
  const options = { weights, names };
  const tracedEncoder = await trace(encoderGraph(encoder, model.context), 'encoder', options);
  const mapped = table.noises.filter(({ resolution }) => config.mapResolutions.includes(resolution)).map(({ index }) => index);
  const stages: Traced<StageContract>[] = [];
  for (const graph of generatorGraphs(generator, table, { stages: stageTops(table.resolution), mapped })) {
    const { contract, file } = await trace(graph, `generator-${graph.upTo}`, options);
    stages.push({ contract: { ...contract, upTo: graph.upTo }, file });
  }
  return { encoder: tracedEncoder, stages };
}

function fileContract({ bytes }: BundleFile) {
  return { sha256: createHash('sha256').update(bytes).digest('hex'), bytes: bytes.length, licence: LICENCE };
}

function manifestOf(config: TrainingConfig, step: number, parts: { readonly traced: Awaited<ReturnType<typeof traceNetworks>>; readonly metrics: ExportRequest['metrics'] }): BundleManifest {
  const { encoder, stages } = parts.traced;
  const files = [encoder.file, ...stages.map((stage) => stage.file)];
  return parseManifest({
    format: 'mfim-bundle',
    version: MANIFEST_VERSION,
    name: config.name,
    resolution: config.generator.resolution,
    channels: config.generator.channels,
    split: config.split,
    alignment: { kind: 'ffhq', size: config.encoder.inputResolution },
    encoder: encoder.contract,
    stages: stages.map((stage) => stage.contract),
    files: Object.fromEntries(files.map((file) => [file.name, fileContract(file)])),
    training: { steps: step, kimg: (step * config.batch) / 1000, objective: config.objective, sameShare: config.sameShare, seed: config.seed },
    metrics: parts.metrics,
  });
}

async function writeFolder(folder: string, files: readonly BundleFile[]): Promise<void> {
  const present = await readdir(folder).catch(() => [] as string[]);
  if (present.length > 0 && !present.includes('manifest.json')) {
    throw new InputError({ where: `--out ${folder}`, expected: 'a new folder or an older bundle', got: `a folder with ${present[0]}`, remedy: 'choose another folder' });
  }
  const temporary = `${folder}.${process.pid}.partial`;
  await mkdir(temporary, { recursive: true });
  for (const { name, bytes } of files) await writeFile(path.join(temporary, name), bytes);
  // The model card beside an older bundle is somebody's writing; it stays.
  for (const card of present.filter((name) => name.endsWith('.md'))) await copyFile(path.join(folder, card), path.join(temporary, card));
  await rm(folder, { recursive: true, force: true });
  await rename(temporary, folder);
}

/** Exports a checkpoint. @returns the manifest that was written */
export async function exportBundle({ checkpoint, folder, weights, metrics }: ExportRequest): Promise<BundleManifest> {
  const config = checkConfig(JSON.parse(checkpoint.config), checkpoint.file);
  const { model, flat: average } = averagedModel(config, checkpoint);
  const traced = await traceNetworks(model, average, weights);
  const manifest = manifestOf(config, checkpoint.step, { traced, metrics });
  const text = new TextEncoder().encode(`${JSON.stringify(manifest, null, 2)}\n`);
  await writeFolder(folder, [traced.encoder.file, ...traced.stages.map((stage) => stage.file), { name: 'manifest.json', bytes: text }]);
  return manifest;
}
