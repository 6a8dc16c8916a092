/**
 * From weights to shares: at every identity layer, the weights of all people divided by their sum.
 * So only ratios matter: (1, 1), (2, 2) and (50, 50) are the same mix.
 */
import { InputError, MFIM_SPLIT, entriesOf, sideOf } from '@mfim/tensor-contracts';
import type { SideSplit, StyleEntry, StyleTable } from '@mfim/tensor-contracts';
import { checkLayerWeights, weightAt } from './layer-weights.ts';
import type { LayerWeights } from './layer-weights.ts';

/** What `layerShares` takes. */
export interface SharesRequest {
  readonly table: StyleTable;
  /** One for each person, in any order. */
  readonly weights: readonly LayerWeights[];
  readonly split?: SideSplit;
}

/** One identity layer and what each person gives to it; the shares sum to 1. */
export interface LayerShares {
  readonly entry: StyleEntry;
  readonly shares: readonly number[];
}

function checkSides(table: StyleTable, weights: LayerWeights, split: SideSplit): void {
  if (typeof weights === 'number') return;
  const named = table.entries.find((entry) => Object.hasOwn(weights, entry.name) && sideOf(entry, split) === 'target');
  if (named === undefined) return;
  throw new InputError({
    where: 'mixCodes',
    expected: `weights for identity layers, above resolution ${split.targetUpTo}`,
    got: `one for ${named.name}, which the target gives`,
    remedy: `remove ${named.name}, or use a bundle with another split`,
  });
}

function sharesOf(entry: StyleEntry, weights: readonly number[]): readonly number[] {
  const largest = Math.max(0, ...weights);
  if (largest === 0) {
    throw new InputError({
      where: 'mixCodes',
      expected: `a weight above 0 at ${entry.name}`,
      got: `${weights.length === 0 ? 'no source' : `weight 0 from all ${weights.length} sources`}`,
      remedy: `give at least one source a weight at resolution ${entry.resolution}`,
    });
  }
  // Divided by the largest first, so that neither huge nor tiny weights leave the range of numbers.
  const relative = weights.map((weight) => weight / largest);
  const sum = relative.reduce((total, weight) => total + weight, 0);
  return relative.map((weight) => weight / sum);
}

/**
 * Who gives how much, layer by layer, in execution order. A layer that no key of a person's weights
 * reaches counts 0 for that person.
 *
 * @throws InputError on a weight that is not a finite number >= 0, on a key that is no layer or names
 *   a layer of the target, and on a layer where all weights are 0.
 */
export function layerShares({ table, weights, split = MFIM_SPLIT }: SharesRequest): readonly LayerShares[] {
  weights.forEach((one, index) => {
    checkLayerWeights(one, { where: `mixCodes weights of source ${index}` });
    checkSides(table, one, split);
  });
  return entriesOf(table, 'source', split).map((entry) => ({
    entry,
    shares: sharesOf(entry, weights.map((one) => weightAt(one, entry, 0))),
  }));
}
