/**
 * A whole bundle of a few kilobytes: 64 pixels, 56 code numbers, stages up to 32 and 64, maps at 16
 * and 32. The networks draw no face, but every code and map changes the picture.
 */
import { createHash } from 'node:crypto';
import { styleTable } from '@mfim/tensor-contracts';
import type { BundleManifest, NetworkContract } from '@mfim/tensor-contracts';
import { constant, onnxBytes } from './onnx-bytes.ts';
import type { OnnxGraph, OnnxNode } from './onnx-bytes.ts';

export const PLAN = { base: 256, maximum: 4 };
export const TABLE = styleTable(64, PLAN);
const SIZE = 64;
const MAPS = TABLE.noises.filter(({ resolution }) => resolution === 16 || resolution === 32);

const wave = (length: number, scale: number) => Float32Array.from({ length }, (_, index) => scale * Math.sin(index * 1.7 + 0.3));
const integers = (name: string, values: readonly number[]) => constant(name, BigInt64Array.from(values.map(BigInt)), [values.length]);

function encoderGraph(poison: number): OnnxGraph {
  const nodes: OnnxNode[] = [
    { op: 'ReduceMean', inputs: ['image'], output: 'mean', attributes: { axes: [1, 2], keepdims: 0 } },
    { op: 'MatMul', inputs: ['mean', 'weights'], output: 'codes' },
    { op: 'ReduceMean', inputs: ['image'], output: 'grey', attributes: { axes: [3], keepdims: 1 } },
  ];
  const constants = [constant('weights', wave(3 * TABLE.totalWidth, 1).with(5, poison), [3, TABLE.totalWidth])];
  for (const { index, resolution } of MAPS) {
    constants.push(integers(`blocks_${index}`, [-1, resolution, SIZE / resolution, resolution, SIZE / resolution]));
    constants.push(integers(`shape_${index}`, [-1, resolution, resolution, 1]));
    nodes.push(
      { op: 'Reshape', inputs: ['grey', `blocks_${index}`], output: `cut_${index}` },
      { op: 'ReduceMean', inputs: [`cut_${index}`], output: `small_${index}`, attributes: { axes: [2, 4], keepdims: 0 } },
      { op: 'Reshape', inputs: [`small_${index}`, `shape_${index}`], output: `map_${index}` },
    );
  }
  return {
    nodes,
    constants,
    inputs: { image: ['batch', SIZE, SIZE, 3] },
    outputs: { codes: ['batch', TABLE.totalWidth], ...mapAxes() },
  };
}

function mapAxes(): Record<string, readonly (number | string)[]> {
  return Object.fromEntries(MAPS.map(({ index, resolution }) => [`map_${index}`, ['batch', resolution, resolution, 1]]));
}

/** [56, 3] weights that read only the codes of the stage. */
function colourWeights(from: number, upTo: number): Float32Array {
  const weights = wave(TABLE.totalWidth * 3, 0.3);
  const inStage = TABLE.entries.filter(({ resolution }) => resolution > from && resolution <= upTo);
  return weights.map((value, index) => {
    const code = Math.floor(index / 3);
    return inStage.some(({ offset, width }) => code >= offset && code < offset + width) ? value : 0;
  });
}

function lowerGraph(): OnnxGraph {
  const small = MAPS.filter(({ resolution }) => resolution === 16);
  const large = MAPS.filter(({ resolution }) => resolution === 32);
  const means = small.map(({ index }) => `mean_${index}`);
  return {
    constants: [constant('weights', colourWeights(0, 32), [TABLE.totalWidth, 3]), integers('shape', [-1, 1, 1, 3])],
    nodes: [
      { op: 'MatMul', inputs: ['codes', 'weights'], output: 'flat' },
      { op: 'Reshape', inputs: ['flat', 'shape'], output: 'colour' },
      ...small.map(({ index }) => ({
        op: 'ReduceMean', inputs: [`map_${index}`], output: `mean_${index}`, attributes: { axes: [1, 2], keepdims: 1 },
      })),
      { op: 'Sum', inputs: ['colour', ...means, ...large.map(({ index }) => `map_${index}`)], output: 'features' },
      { op: 'Tanh', inputs: ['features'], output: 'rgb' },
    ],
    inputs: { codes: ['batch', TABLE.totalWidth], ...mapAxes() },
    outputs: { rgb: ['batch', 32, 32, 3], features: ['batch', 32, 32, 3] },
  };
}

function upperGraph(): OnnxGraph {
  return {
    constants: [
      constant('weights', colourWeights(32, 64), [TABLE.totalWidth, 3]),
      integers('shape', [-1, 1, 1, 3]),
      integers('cells', [-1, 32, 1, 32, 1, 3]),
      integers('doubled', [1, 32, 2, 32, 2, 3]),
      integers('picture', [-1, 64, 64, 3]),
    ],
    nodes: [
      { op: 'MatMul', inputs: ['codes', 'weights'], output: 'flat' },
      { op: 'Reshape', inputs: ['flat', 'shape'], output: 'colour' },
      { op: 'Add', inputs: ['previous_rgb', 'previous_features'], output: 'both' },
      { op: 'Reshape', inputs: ['both', 'cells'], output: 'small' },
      { op: 'Expand', inputs: ['small', 'doubled'], output: 'large' },
      { op: 'Reshape', inputs: ['large', 'picture'], output: 'skip' },
      { op: 'Add', inputs: ['skip', 'colour'], output: 'sum' },
      { op: 'Tanh', inputs: ['sum'], output: 'rgb' },
    ],
    inputs: { codes: ['batch', TABLE.totalWidth], previous_features: ['batch', 32, 32, 3], previous_rgb: ['batch', 32, 32, 3] },
    outputs: { rgb: ['batch', 64, 64, 3] },
  };
}

const ports = (side: OnnxGraph['inputs']) =>
  Object.entries(side).map(([name, axes]) => ({
    name,
    axes,
    dtype: 'float32' as const,
    ...(/^(image|rgb|previous_rgb)$/.test(name)
      ? { range: 'signed' as const, colour: 'rgb' as const }
      : { range: 'any' as const }),
  }));

function contract(file: string, graph: OnnxGraph): NetworkContract {
  return { file, inputs: ports(graph.inputs), outputs: ports(graph.outputs) };
}

/** What may be spoilt. */
export interface TinyOptions {
  /** One weight of the encoder. */
  readonly poison?: number;
}

/** The files of the bundle, by name. */
export function tinyFiles({ poison = 0.5 }: TinyOptions = {}): Record<string, Uint8Array> {
  const graphs = { 'encoder.onnx': encoderGraph(poison), 'generator-32.onnx': lowerGraph(), 'generator-64.onnx': upperGraph() };
  const files = Object.fromEntries(Object.entries(graphs).map(([file, graph]) => [file, onnxBytes(graph)]));
  return { ...files, 'manifest.json': json(manifestOf(graphs, files)) };
}

function manifestOf(graphs: Record<string, OnnxGraph>, files: Record<string, Uint8Array>): BundleManifest {
  const stages = [32, 64].map((upTo) => {
    const file = `generator-${upTo}.onnx`;
    return { ...contract(file, graphs[file] as OnnxGraph), upTo };
  });
  return {
    format: 'mfim-bundle',
    version: 1,
    name: 'tiny',
    resolution: 64,
    channels: PLAN,
    split: { targetUpTo: 16 },
    alignment: { kind: 'ffhq', size: SIZE },
    encoder: contract('encoder.onnx', graphs['encoder.onnx'] as OnnxGraph),
    stages,
    files: Object.fromEntries(
      Object.entries(files).map(([file, data]) => [
        file,
        { sha256: createHash('sha256').update(data).digest('hex'), bytes: data.length, licence: 'Apache-2.0' },
      ]),
    ),
    training: {},
    metrics: {},
  };
}

export function json(document: unknown): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(document));
}

/** The files with a changed manifest. */
export function withManifest(change: (manifest: BundleManifest) => unknown, options?: TinyOptions): Record<string, Uint8Array> {
  const files = tinyFiles(options);
  const manifest = JSON.parse(new TextDecoder().decode(files['manifest.json'])) as BundleManifest;
  return { ...files, 'manifest.json': json(change(manifest)) };
}
