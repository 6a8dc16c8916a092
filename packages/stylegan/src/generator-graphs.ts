/**
 * The generator as a bundle holds it: a graph for each stage, with the RGB skip image of each as an
 * output, so that a preview is free and a change of a fine layer re-runs only the stages above it.
 *
 * All but the smallest resolutions scale weights instead of activations: a convolution with its bias and activation is then
 * one operation. Such a stage draws one image at a time.
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

/** Where stages end by default: where the target's codes end (in MFIM's split), where style maps end, and before each large cost. */
const STAGE_TOPS = [16, 64, 256, 512];

/** From here on weights are scaled: faster with channel blocks, which take the style along in other filters (our choice; measured in the readme of tfjs-onnx). */
const SCALE_WEIGHTS_FROM = 32;

/** Where the stages of a generator end, unless somebody wants them elsewhere. */
export function stageTops(resolution: number): readonly number[] {
  return [...STAGE_TOPS.filter((top) => top < resolution), resolution];
}

type Cut = { readonly from: number; readonly upTo: number };
type Named = Readonly<Record<string, tf.Tensor>>;

/** Features go channels-first from stage to stage, as runtimes compute them. */
function featureAxes(table: StyleTable, side: number): PortContract['axes'] {
  return ['batch', channelsAt(side, table.plan), side, side];
}

function stageInputs(table: StyleTable, { from }: Cut, maps: readonly NoiseEntry[]): readonly PortContract[] {
  const codes = featurePort('codes', ['batch', table.totalWidth]);
  const styleMaps = maps.map(({ index, resolution }) => featurePort(mapPortName(index), ['batch', resolution, resolution, 1]));
  if (from === 0) return [codes, ...styleMaps];
  return [codes, ...styleMaps, featurePort('previous_features', featureAxes(table, from)), imagePort('previous_rgb', from)];
}

function stageOutputs(table: StyleTable, { upTo }: Cut): readonly PortContract[] {
  const rgb = imagePort('rgb', upTo);
  return upTo === table.resolution ? [rgb] : [rgb, featurePort('features', featureAxes(table, upTo))];
}

/** The ports of a stage that draws one image. */
function forOne(ports: readonly PortContract[]): readonly PortContract[] {
  return ports.map((port) => ({ ...port, axes: port.axes.with(0, 1) }));
}

/** The codes that a cut reads; the others stay unread and cost nothing. */
function codesOf(table: StyleTable, all: tf.Tensor): readonly tf.Tensor[] {
  return table.entries.map(({ offset, width }) => tf.slice(all, [0, offset], [-1, width]));
}

function stateOf({ from }: Cut, inputs: Named): SynthesisState | undefined {
  if (from === 0) return undefined;
  return { resolution: from, features: tf.transpose(inputs['previous_features'] as tf.Tensor, [0, 2, 3, 1]), rgb: inputs['previous_rgb'] as tf.Tensor };
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
 * Inputs: `codes` [batch, totalWidth], `map_<noise>` [batch, r, r, 1], and after the first stage `previous_features` and
 * `previous_rgb`, the outputs of the stage before. Outputs: `rgb` [batch, r, r, 3] and, except of the last, `features`
 * [batch, channels, r, r]. Stages that reach 32 pixels take a batch of 1.
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
    const single = upTo >= SCALE_WEIGHTS_FROM ? forOne : (ports: readonly PortContract[]) => ports;
    return {
      ...cut,
      inputs: single(stageInputs(table, cut, maps)),
      outputs: single(stageOutputs(table, cut)),
      run(inputs) {
        const fed = new Map(maps.map(({ index }) => [index, inputs[mapPortName(index)] as tf.Tensor]));
        const synthesis: SynthesisInputs = { codes: codesOf(table, inputs['codes'] as tf.Tensor), maps: fed, noise, scaleWeightsFrom: SCALE_WEIGHTS_FROM };
        const from = stateOf(cut, inputs);
        const state = synthesizeStage(parameters, table, { inputs: synthesis, stage: { upTo, ...(from === undefined ? {} : { from }) } });
        return upTo === table.resolution ? { rgb: state.rgb } : { rgb: state.rgb, features: tf.transpose(state.features, [0, 3, 1, 2]) };
      },
    };
  });
}
