/** The parameters of the facial attribute encoder. */
import { batchNormSpec, constantSpec, heConvSpec, linearSpec, normalSpec, preluSpec, residualUnitSpec } from '@mfim/nn';
import type { ParametersOf } from '@mfim/nn';
import type { StyleTable } from '@mfim/tensor-contracts';
import { codeTrunks } from './code-trunks.ts';
import type { CodeTrunk } from './code-trunks.ts';
import { checkEncoderConfig, stageAt } from './encoder-config.ts';
import type { EncoderConfig } from './encoder-config.ts';

/** Style codes start near 1: the affine layers' bias, where every style is neutral. */
const NEUTRAL_STYLE = 1;
/** Heads start small, so that training starts near the neutral style, but not so small that codes are dead. */
const HEAD_SCALE = 0.3;

function convSpec(kernel: number, input: number, output: number) {
  return { weight: heConvSpec(kernel, input, output), bias: constantSpec([output], 0) };
}

/** How many noise inputs the generator has at a resolution. */
export function mapCount(table: StyleTable, resolution: number): number {
  return table.noises.filter((noise) => noise.resolution === resolution).length;
}

function bodySpec(config: EncoderConfig) {
  const units: Record<string, ReturnType<typeof residualUnitSpec>> = {};
  let input = config.stemWidth;
  config.stages.forEach(({ units: count, width }, stage) => {
    for (let unit = 0; unit < count; unit += 1) {
      units[`s${stage}_u${unit}`] = residualUnitSpec({ input, output: width, stride: unit === 0 ? 2 : 1 });
      input = width;
    }
  });
  return {
    stem: { conv: heConvSpec(3, 3, config.stemWidth), norm: batchNormSpec(config.stemWidth), slope: preluSpec(config.stemWidth) },
    units,
  };
}

function trunkStepSpec({ codeWidth, normaliseCodes }: EncoderConfig, input: number) {
  const convolution = convSpec(3, input, codeWidth);
  return normaliseCodes === true ? { ...convolution, norm: batchNormSpec(codeWidth) } : convolution;
}

function codeHeadSpec(config: EncoderConfig, { level, entries }: CodeTrunk) {
  const trunk: Record<string, ReturnType<typeof trunkStepSpec>> = {};
  for (let step = 0; step < Math.log2(level.resolution); step += 1) {
    trunk[`conv${step}`] = trunkStepSpec(config, step === 0 ? config.pyramidWidth : config.codeWidth);
  }
  const heads: Record<string, ReturnType<typeof linearSpec>> = {};
  for (const entry of entries) {
    const spec = linearSpec({ input: config.codeWidth, output: entry.width, biasStart: NEUTRAL_STYLE });
    heads[entry.name.replace('.', '_')] = { ...spec, weight: normalSpec(spec.weight.shape, HEAD_SCALE) };
  }
  return { trunk, heads };
}

/** The last convolution starts at zero: training starts at "no style map". */
function mapHeadSpec(config: EncoderConfig, maps: number) {
  const last = { weight: constantSpec([3, 3, config.mapWidth, maps], 0), bias: constantSpec([maps], 0) };
  return { conv0: convSpec(3, config.pyramidWidth, config.mapWidth), conv1: last };
}

/** Channels of the backbone at a level's resolution. */
function backboneWidth(config: EncoderConfig, resolution: number): number {
  const stage = stageAt(config, resolution);
  return stage < 0 ? config.stemWidth : (config.stages[stage]?.width as number);
}

/**
 * Specification of the encoder for one generator.
 *
 * @throws InputError when the configuration does not fit the generator
 */
export function encoderSpec(config: EncoderConfig, table: StyleTable) {
  checkEncoderConfig(config, table);
  const laterals: Record<string, ReturnType<typeof convSpec>> = {};
  const codes: Record<string, ReturnType<typeof codeHeadSpec>> = {};
  const maps: Record<string, ReturnType<typeof mapHeadSpec>> = {};
  for (const level of config.levels) {
    const key = `r${level.resolution}`;
    laterals[key] = convSpec(1, backboneWidth(config, level.resolution), config.pyramidWidth);
    if (config.mapResolutions.includes(level.resolution)) maps[key] = mapHeadSpec(config, mapCount(table, level.resolution));
  }
  for (const trunk of codeTrunks(config, table)) codes[trunk.key] = codeHeadSpec(config, trunk);
  return { body: bodySpec(config), laterals, codes, maps };
}

/** Tensors of the encoder. */
export type EncoderParameters = ParametersOf<ReturnType<typeof encoderSpec>>;
