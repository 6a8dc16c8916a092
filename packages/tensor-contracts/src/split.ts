/**
 * Which side of a swap gives which style code. By resolution, never by bare index, so that the same
 * rule holds for every generator size. MFIM: 4..16 from the target, 32 and up from the source.
 */
import type { StyleEntry, StyleTable } from './style-table.ts';

/** `target`: pose, structure, background. `source`: identity. */
export type Side = 'target' | 'source';

/** Codes at resolutions up to `targetUpTo` come from the target, the others from the source. */
export interface SideSplit {
  readonly targetUpTo: number;
}

/** The split of the paper. */
export const MFIM_SPLIT: SideSplit = { targetUpTo: 16 };

/** Whose code drives this layer. */
export function sideOf(entry: Pick<StyleEntry, 'resolution'>, split: SideSplit = MFIM_SPLIT): Side {
  return entry.resolution <= split.targetUpTo ? 'target' : 'source';
}

/** The entries of one side, in execution order. */
export function entriesOf(table: StyleTable, side: Side, split: SideSplit = MFIM_SPLIT): readonly StyleEntry[] {
  return table.entries.filter((entry) => sideOf(entry, split) === side);
}
