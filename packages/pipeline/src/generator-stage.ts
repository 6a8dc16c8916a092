/**
 * One stage of the generator: the layers above the previous stage's resolution up to its own. It
 * reads only the codes and maps of these layers, and what the previous stage handed on.
 */
import { mapPortName } from '@mfim/tensor-contracts';
import type { HostTensor, StyleCodes, StyleMaps, StyleTable } from '@mfim/tensor-contracts';
import { PORT, mapIndices } from './bundle-contract.ts';
import type { Network } from './network.ts';

/** What a stage hands to the next one. */
export interface StageOutputs {
  /** [1, upTo, upTo, 3], about [-1, 1]: the picture so far. */
  readonly rgb: HostTensor;
  /** [1, upTo, upTo, channels]; absent from the last stage. */
  readonly features?: HostTensor;
}

/** What a stage reads. */
export interface StageInputs {
  readonly codes: StyleCodes;
  /** Absent maps are zero. */
  readonly maps: StyleMaps;
  /** From the stage below; absent for the first. */
  readonly previous?: StageOutputs;
}

/** A stage of an open bundle. */
export interface GeneratorStage {
  /** Side of its picture. */
  readonly upTo: number;
  /** The part of the concatenated codes that its layers read. */
  readonly codeRange: { readonly start: number; readonly end: number };
  /** The noise indices whose maps it reads. */
  readonly maps: readonly number[];
  run(inputs: StageInputs, signal?: AbortSignal): Promise<StageOutputs>;
}

function codeRange(table: StyleTable, from: number, upTo: number): GeneratorStage['codeRange'] {
  const entries = table.entries.filter(({ resolution }) => resolution > from && resolution <= upTo);
  const start = entries[0]?.offset ?? 0;
  return { start, end: entries.reduce((end, entry) => Math.max(end, entry.offset + entry.width), start) };
}

function mapTensor(table: StyleTable, index: number, maps: StyleMaps): HostTensor {
  const resolution = table.noises[index]?.resolution ?? 0;
  const data = maps.get(index) ?? new Float32Array(resolution * resolution);
  return { data, shape: [1, resolution, resolution, 1] };
}

/** A network that draws one stage, or several as one. */
export interface StageSource {
  readonly table: StyleTable;
  readonly network: Network;
  /** Side of the picture that it continues; 0 at the bottom. */
  readonly from: number;
  readonly upTo: number;
}

/** A stage from its network. */
export function generatorStage({ table, network, from, upTo }: StageSource): GeneratorStage {
  const maps = mapIndices(network.contract.inputs);
  return {
    upTo,
    maps,
    codeRange: codeRange(table, from, upTo),
    async run(inputs, signal) {
      const feeds: Record<string, HostTensor> = {
        [PORT.codes]: { data: inputs.codes.values, shape: [1, table.totalWidth] },
      };
      for (const index of maps) feeds[mapPortName(index)] = mapTensor(table, index, inputs.maps);
      if (inputs.previous?.features !== undefined) {
        feeds[PORT.previousFeatures] = inputs.previous.features;
        feeds[PORT.previousRgb] = inputs.previous.rgb;
      }
      const outputs = await network.run(feeds, signal);
      const rgb = outputs[PORT.rgb] as HostTensor;
      const features = outputs[PORT.features];
      return features === undefined ? { rgb } : { rgb, features };
    },
  };
}
