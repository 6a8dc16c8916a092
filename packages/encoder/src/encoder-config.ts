/**
 * How the facial attribute encoder is built. Resolutions, not indices: a level is the resolution of
 * its latent map, and says up to which generator resolution its codes reach.
 */
import { InputError } from '@mfim/tensor-contracts';
import type { StyleTable } from '@mfim/tensor-contracts';
import type { FaceSoftening } from './soften-face.ts';

/** One backbone stage; its first unit halves the resolution. */
export interface BackboneStage {
  readonly units: number;
  readonly width: number;
}

/** One latent map of the pyramid and the style codes that are read from it. */
export interface PyramidLevel {
  /** Width and height of the latent map. */
  readonly resolution: number;
  /** Style codes at generator resolutions up to this one (and above the previous level's). */
  readonly codesUpTo: number;
}

/** The whole configuration. */
export interface EncoderConfig {
  /** Width and height of the input image. */
  readonly inputResolution: number;
  /** Channels of the stem, at the input's resolution. */
  readonly stemWidth: number;
  readonly stages: readonly BackboneStage[];
  /** Channels of the latent maps. */
  readonly pyramidWidth: number;
  /** Coarse to fine. */
  readonly levels: readonly PyramidLevel[];
  /** Channels of the M2C trunk. */
  readonly codeWidth: number;
  /** Channels inside an M2M block. */
  readonly mapWidth: number;
  /** Generator resolutions whose noise inputs get a style map. */
  readonly mapResolutions: readonly number[];
  /** Batch normalisation after every M2C convolution; pSp has none; training from scratch needs it. */
  readonly normaliseCodes?: boolean | undefined;
  /** Which codes share the convolutions of an M2C trunk: those of a level (default), or those that read one W+ vector (pSp). */
  readonly trunks?: 'level' | 'latent' | undefined;
  /** With trunks by latent: every code is what its own trunk says and what the first one says of it, in sum (e4e). */
  readonly firstTrunkForAll?: boolean | undefined;
  /** Take the identity out of the face that target codes and style maps are read from. */
  readonly softening?: FaceSoftening | undefined;
  /** Training: stem and units that read this resolution or more are run again in the backward pass instead of remembered (`recomputed` of @mfim/nn). */
  readonly recomputeFrom?: number | undefined;
}

/** IR-SE50 on a 256 input, as pSp reads it, with style maps at 16, 32 and 64. */
export const IR_SE_50: EncoderConfig = {
  inputResolution: 256,
  stemWidth: 64,
  stages: [
    { units: 3, width: 64 },
    { units: 4, width: 128 },
    { units: 14, width: 256 },
    { units: 3, width: 512 },
  ],
  pyramidWidth: 512,
  levels: [
    { resolution: 16, codesUpTo: 8 },
    { resolution: 32, codesUpTo: 32 },
    { resolution: 64, codesUpTo: 1024 },
  ],
  codeWidth: 512,
  mapWidth: 64,
  mapResolutions: [16, 32, 64],
};

/** Resolution of the features after stage `index`; -1 is the stem. */
export function stageResolution(config: EncoderConfig, index: number): number {
  return config.inputResolution / 2 ** (index + 1);
}

/** The backbone stage whose features have this resolution; -1 is the stem. */
export function stageAt(config: EncoderConfig, resolution: number): number {
  return Math.log2(config.inputResolution / resolution) - 1;
}

function refuse(expected: string, got: string): never {
  throw new InputError({ where: 'encoder config', expected, got, remedy: 'change the encoder section of the config' });
}

/**
 * Checks that a configuration fits itself and a generator.
 *
 * @throws InputError naming the first field that does not fit
 */
export function checkEncoderConfig(config: EncoderConfig, table: StyleTable): void {
  const reachable = config.stages.map((_, index) => stageResolution(config, index));
  const coarsest = reachable.at(-1) ?? 0;
  if (!Number.isInteger(Math.log2(config.inputResolution)) || coarsest < 1) {
    refuse('an inputResolution that is a power of two and survives every stage', `${config.inputResolution}`);
  }
  if (config.levels[0]?.resolution !== coarsest) {
    refuse(`the first level at ${coarsest}, where the backbone ends`, `${config.levels[0]?.resolution}`);
  }
  config.levels.forEach((level, index) => {
    if (index > 0 && level.resolution !== 2 * (config.levels[index - 1]?.resolution as number)) {
      refuse('levels that double in resolution', `${level.resolution} as level ${index}`);
    }
    if (![config.inputResolution, ...reachable].includes(level.resolution)) {
      refuse(`level resolutions among ${config.inputResolution}, ${reachable.join(', ')}`, `${level.resolution}`);
    }
  });
  if ((config.levels.at(-1)?.codesUpTo ?? 0) < table.resolution) {
    refuse(`the last level's codesUpTo to reach ${table.resolution}`, `${config.levels.at(-1)?.codesUpTo}`);
  }
  if (config.firstTrunkForAll === true && config.trunks !== 'latent') refuse("trunks: 'latent' for firstTrunkForAll", `${config.trunks}`);
  for (const resolution of config.mapResolutions) {
    const fits = config.levels.some((level) => level.resolution === resolution) && resolution <= table.resolution;
    if (!fits) refuse('mapResolutions that are levels and not above the generator', `${resolution}`);
  }
}
