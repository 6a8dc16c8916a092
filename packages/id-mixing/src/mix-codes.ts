/**
 * ID mixing (MFIM section "ID mixing", generalised): the target keeps its codes and maps; every
 * identity layer's code is `sum_n share_n(layer) * code_n(layer)` over N people, then moved back
 * towards the target's own code by `1 - strength(layer)`. "Global + local" of the paper is one
 * choice of weights (see `presets.ts`). Shares per layer and the strength are our additions.
 */
import { MFIM_SPLIT, codeOf, styleCodes } from '@mfim/tensor-contracts';
import type { SideSplit, StyleCodes } from '@mfim/tensor-contracts';
import { blendInto } from './blend-codes.ts';
import { layerShares } from './layer-shares.ts';
import { checkLayerWeights, weightAt } from './layer-weights.ts';
import type { LayerWeights } from './layer-weights.ts';
import { checkSameTable } from './same-table.ts';

/** One person of a mix. */
export interface MixSource {
  readonly codes: StyleCodes;
  /** Only ratios between people matter. Default: 1 at every layer. */
  readonly weights?: LayerWeights;
}

/** What `mixCodes` takes. */
export interface MixRequest {
  /** Gives pose, structure and background. */
  readonly target: StyleCodes;
  /** One person or more. */
  readonly sources: readonly MixSource[];
  /** Default: the split of the paper. Pass the bundle's (`manifest.split`). */
  readonly split?: SideSplit;
  /** 0 keeps the target's identity, 1 (the default, also where no key reaches) is the full mix. */
  readonly strength?: LayerWeights;
}

/**
 * New codes: the target's, with the mix of the sources' at every identity layer.
 *
 * @throws InputError on weights that are not finite numbers >= 0, a layer where all are 0, or a
 *   strength outside [0, 1].
 * @throws ShapeError when the faces were encoded for different generators.
 */
export function mixCodes({ target, sources, split = MFIM_SPLIT, strength = 1 }: MixRequest): StyleCodes {
  for (const source of sources) checkSameTable('mixCodes', target, source.codes);
  checkLayerWeights(strength, { where: 'mixCodes strength', maximum: 1 });
  const weights = sources.map((source) => (source.weights === undefined ? 1 : source.weights));
  const values = target.values.slice();
  for (const { entry, shares } of layerShares({ table: target.table, weights, split })) {
    const mixed = values.subarray(entry.offset, entry.offset + entry.width);
    blendInto(mixed, sources.map((source, index) => [shares[index] as number, codeOf(source.codes, entry.index)]));
    const full = weightAt(strength, entry, 1);
    blendInto(mixed, [[1 - full, codeOf(target, entry.index)], [full, mixed.slice()]]);
  }
  return styleCodes(target.table, values);
}
