/**
 * The style space of a StyleGAN2 generator, derived for any resolution (facts: StyleGAN2 config F;
 * order = execution order = StyleSpace numbering). A style code scales the *input* channels of its
 * layer, so its width is the width of the layer below.
 *
 * At resolution R: `3 * (log2 R - 1) - 1` codes and `2 * (log2 R - 1) - 1` noise inputs.
 * 1024: 26 codes, 9088 numbers, 17 noise inputs.
 */
import { InputError } from './errors.ts';

/** How wide the layers are: `channels(r) = min(maximum, base / r)`. Config F: 32768, 512. */
export interface ChannelPlan {
  readonly base: number;
  readonly maximum: number;
}

/** StyleGAN2 config F: 512 channels up to 64, then 256, 128, 64, 32. */
export const CONFIG_F: ChannelPlan = { base: 32_768, maximum: 512 };

/** `conv0` doubles the resolution; `conv1` keeps it; `torgb` makes the skip image. */
export type StyleLayer = 'conv0' | 'conv1' | 'torgb';

/** One style code and the layer that it drives. */
export interface StyleEntry {
  readonly index: number;
  readonly resolution: number;
  readonly layer: StyleLayer;
  /** `b32.conv0`: the layer's name in NVIDIA's checkpoints and in ours. */
  readonly name: string;
  /** Numbers in the code = input channels of the layer. */
  readonly width: number;
  readonly outputChannels: number;
  /** Where the code starts in the concatenation of all codes. */
  readonly offset: number;
  /** Which W+ vector the layer reads. */
  readonly latentIndex: number;
  /** Which noise input (style map) the layer adds; `null` for toRGB. */
  readonly noiseIndex: number | null;
}

/** One noise input: the place where a style map enters. */
export interface NoiseEntry {
  readonly index: number;
  readonly resolution: number;
  readonly name: string;
}

/** The whole style space of one generator. */
export interface StyleTable {
  readonly resolution: number;
  readonly plan: ChannelPlan;
  readonly entries: readonly StyleEntry[];
  readonly noises: readonly NoiseEntry[];
  /** Sum of all widths. */
  readonly totalWidth: number;
  /** W+ vectors read: `2 * (log2 R - 1)`. */
  readonly latentCount: number;
}

/** Width of the layers at one resolution. */
export function channelsAt(resolution: number, plan: ChannelPlan = CONFIG_F): number {
  return Math.max(1, Math.min(plan.maximum, Math.floor(plan.base / resolution)));
}

/** 4, 8, .. `resolution`. */
export function resolutionsUpTo(resolution: number): readonly number[] {
  if (!Number.isInteger(Math.log2(resolution)) || resolution < 4) {
    throw new InputError({
      where: 'styleTable',
      expected: 'a resolution that is a power of two, 4 or more',
      got: String(resolution),
      remedy: 'choose 64, 128, 256, 512 or 1024',
    });
  }
  return Array.from({ length: Math.log2(resolution) - 1 }, (_, step) => 4 * 2 ** step);
}

function layersAt(resolution: number): readonly StyleLayer[] {
  return resolution === 4 ? ['conv1', 'torgb'] : ['conv0', 'conv1', 'torgb'];
}

/**
 * Derives the style table of a generator.
 *
 * @param resolution output size in pixels, a power of two >= 4
 * @param plan layer widths; default config F
 * @throws InputError when the resolution is not a power of two
 */
export function styleTable(resolution: number, plan: ChannelPlan = CONFIG_F): StyleTable {
  const entries: StyleEntry[] = [];
  const noises: NoiseEntry[] = [];
  let offset = 0;
  for (const size of resolutionsUpTo(resolution)) {
    for (const layer of layersAt(size)) {
      const width = channelsAt(layer === 'conv0' ? size / 2 : size, plan);
      const name = `b${size}.${layer}`;
      const noiseIndex = layer === 'torgb' ? null : noises.length;
      if (noiseIndex !== null) noises.push({ index: noiseIndex, resolution: size, name });
      entries.push({
        index: entries.length,
        resolution: size,
        layer,
        name,
        width,
        outputChannels: layer === 'torgb' ? 3 : channelsAt(size, plan),
        offset,
        // toRGB shares its W+ vector with the next block's conv0, so convolutions alone advance it.
        latentIndex: layer === 'torgb' ? noises.length : noises.length - 1,
        noiseIndex,
      });
      offset += width;
    }
  }
  return { resolution, plan, entries, noises, totalWidth: offset, latentCount: noises.length + 1 };
}
