/**
 * The generator as a bundle holds it: a graph for each stage, with the RGB skip image of each as an
 * output, so that a preview is free and a change of a fine layer re-runs only the stages above it.
 */
import { InputError, featurePort, imagePort, mapPortName } from '@mfim/tensor-contracts';
import type { NetworkGraph, NoiseEntry, PortContract, StyleTable } from '@mfim/tensor-contracts';
import { channelsAt } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import type { SynthesisParameters } from './generator-spec.ts';
import { synthesizeStage } from './synthesis.ts';
import type { SynthesisInputs, SynthesisState } from './synthesis.ts';

/** One stage: it draws the resolutions above `from` up to `upTo`. */
export interface GeneratorGraph extends NetworkGraph<tf.Tensor> {
  readonly from: number;
  readonly upTo: number;
}

/** How the generator is cut and fed. */
export interface GeneratorGraphOptions {
  /** Where each stage ends; the last is the generator's resolution. */
  readonly stages: readonly number[];
  /** Noise inputs that get a style map. */
  readonly mapped: readonly number[];
  /** What the other noise inputs get; `none` is the default. */
  readonly noise?: 'stored' | 'none';
}

type Cut = { readonly from: number; readonly upTo: number };
type Named = Readonly<Record<string, tf.Tensor>>;

function stageInputs(table: StyleTable, { from }: Cut, maps: readonly NoiseEntry[]): readonly PortContract[] {
  const codes = featurePort('codes', ['batch', table.totalWidth]);
  const styleMaps = maps.map(({ index, resolution }) => featurePort(mapPortName(index), ['batch', resolution, resolution, 1]));
  if (from === 0) return [codes, ...styleMaps];
  const features = featurePort('previous_features', ['batch', from, from, channelsAt(from, table.plan)]);
  return [codes, ...styleMaps, features, imagePort('previous_rgb', from)];
}

function stageOutputs(table: StyleTable, { upTo }: Cut): readonly PortContract[] {
  const rgb = imagePort('rgb', upTo);
  return upTo === table.resolution ? [rgb] : [rgb, featurePort('features', ['batch', upTo, upTo, channelsAt(upTo, table.plan)])];
}

/** The codes that a cut reads; the others stay unread and cost nothing. */
function codesOf(table: StyleTable, all: tf.Tensor): readonly tf.Tensor[] {
  return table.entries.map(({ offset, width }) => tf.slice(all, [0, offset], [-1, width]));
}

function stateOf({ from }: Cut, inputs: Named): SynthesisState | undefined {
  if (from === 0) return undefined;
  return { resolution: from, features: inputs['previous_features'] as tf.Tensor, rgb: inputs['previous_rgb'] as tf.Tensor };
}

function checkStages(table: StyleTable, stages: readonly number[]): void {
  const rising = stages.every((top, index) => index === 0 || top > (stages[index - 1] as number));
  if (!rising || stages.at(-1) !== table.resolution) {
    throw new InputError({
      where: 'generatorGraphs',
      expected: `stages that rise to ${table.resolution}`,
      got: `[${stages.join(', ')}]`,
      remedy: 'end the list with the resolution of the generator',
    });
  }
}

/**
 * The stages of a generator as graphs for `traceToOnnx`.
 *
 * Inputs: `codes` [batch, totalWidth], `map_<noise>` [batch, r, r, 1], and after the first stage
 * `previous_features` and `previous_rgb`, the outputs of the stage before. Outputs: `rgb` and, except of the last, `features`.
 *
 * @throws InputError when the stages do not rise to the table's resolution
 */
export function generatorGraphs(
  parameters: SynthesisParameters,
  table: StyleTable,
  { stages, mapped, noise = 'none' }: GeneratorGraphOptions,
): readonly GeneratorGraph[] {
  checkStages(table, stages);
  return stages.map((upTo, position) => {
    const cut: Cut = { from: position === 0 ? 0 : (stages[position - 1] as number), upTo };
    const maps = table.noises.filter(({ index, resolution }) => mapped.includes(index) && resolution > cut.from && resolution <= upTo);
    return {
      ...cut,
      inputs: stageInputs(table, cut, maps),
      outputs: stageOutputs(table, cut),
      run(inputs) {
        const fed = new Map(maps.map(({ index }) => [index, inputs[mapPortName(index)] as tf.Tensor]));
        const synthesis: SynthesisInputs = { codes: codesOf(table, inputs['codes'] as tf.Tensor), maps: fed, noise };
        const from = stateOf(cut, inputs);
        const state = synthesizeStage(parameters, table, { inputs: synthesis, stage: { upTo, ...(from === undefined ? {} : { from }) } });
        return upTo === table.resolution ? { rgb: state.rgb } : { rgb: state.rgb, features: state.features };
      },
    };
  });
}
