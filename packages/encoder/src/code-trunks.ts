/**
 * Which style codes share an M2C trunk, and which latent map it reads. By level: every code of a level, our choice. By latent: the
 * codes that read one W+ vector, as in pSp, whose vectors belong to the level of the convolution that reads them; toRGB reads
 * the vector of the next resolution's first convolution.
 */
import type { StyleEntry, StyleTable } from '@mfim/tensor-contracts';
import type { EncoderConfig, PyramidLevel } from './encoder-config.ts';

/** One trunk and its heads. */
export interface CodeTrunk {
  /** `r16` by level, `l3` by latent: its name among the parameters. */
  readonly key: string;
  readonly level: PyramidLevel;
  /** In table order, at least one. */
  readonly entries: readonly StyleEntry[];
}

/** The resolution by which an entry is given to a level. */
function reach({ trunks }: EncoderConfig, { layer, resolution }: StyleEntry): number {
  return trunks === 'latent' && layer === 'torgb' ? 2 * resolution : resolution;
}

function levelEntries(config: EncoderConfig, table: StyleTable, position: number): readonly StyleEntry[] {
  const above = config.levels[position - 1]?.codesUpTo ?? 0;
  // The last toRGB has a vector of its own, beyond the generator's resolution.
  const upTo = position === config.levels.length - 1 ? Number.POSITIVE_INFINITY : (config.levels[position]?.codesUpTo as number);
  return table.entries.filter((entry) => reach(config, entry) > above && reach(config, entry) <= upTo);
}

function latentTrunks(config: EncoderConfig, table: StyleTable, { level, entries }: Pick<CodeTrunk, 'level' | 'entries'>): readonly CodeTrunk[] {
  const latents = [...new Set(entries.map(({ latentIndex }) => latentIndex))];
  return latents.map((latent) => {
    const own = latent === 0 && config.firstTrunkForAll === true ? table.entries : entries.filter(({ latentIndex }) => latentIndex === latent);
    return { key: `l${latent}`, level, entries: own };
  });
}

/** The trunks of a configuration, coarse to fine; levels without codes have none. */
export function codeTrunks(config: EncoderConfig, table: StyleTable): readonly CodeTrunk[] {
  return config.levels.flatMap((level, position) => {
    const entries = levelEntries(config, table, position);
    if (config.trunks === 'latent') return latentTrunks(config, table, { level, entries });
    return entries.length === 0 ? [] : [{ key: `r${level.resolution}`, level, entries }];
  });
}
