/** The mix that a caller asked for, in one of three forms, as style codes. */
import { applyRecipe, mixCodes, presetWeights } from '@mfim/id-mixing';
import type { LayerWeights, PresetName, Recipe } from '@mfim/id-mixing';
import { InputError, styleCodes } from '@mfim/tensor-contracts';
import type { SideSplit, StyleCodes, StyleTable } from '@mfim/tensor-contracts';

/** How to mix. At most one of `weights`, `preset`, `recipe`; none of them is equal parts. */
export interface MixChoice {
  /** One for each source, in their order. */
  readonly weights?: readonly LayerWeights[] | undefined;
  readonly preset?: PresetName | undefined;
  /** Finds its people by label. When no source has a label, they are taken in the recipe's order. */
  readonly recipe?: Recipe | undefined;
  /** 0 keeps the target's identity, 1 is the full mix. A recipe brings its own. */
  readonly strength?: LayerWeights | undefined;
}

/** The codes that are mixed. */
export interface MixParts {
  readonly target: StyleCodes;
  readonly sources: readonly { readonly codes: StyleCodes; readonly label?: string | undefined }[];
  readonly split: SideSplit;
}

function refuse(expected: string, got: string, remedy: string): never {
  throw new InputError({ where: 'mix', expected, got, remedy });
}

function checkChoice(choice: MixChoice, count: number): void {
  const given = (['weights', 'preset', 'recipe'] as const).filter((name) => choice[name] !== undefined);
  if (given.length > 1) refuse('one of weights, preset, recipe', given.join(' and '), 'leave out all but one');
  if (choice.recipe !== undefined && choice.strength !== undefined) {
    refuse("the recipe's own strength", 'another one', 'write the strength into the recipe');
  }
  const weighed = choice.weights?.filter((weight) => weight !== undefined).length ?? count;
  if (weighed !== count) refuse(`${count} weights, one for each source`, String(weighed), 'give each source its weight');
}

function byLabel(recipe: Recipe, sources: MixParts['sources']): Record<string, StyleCodes> {
  const unlabelled = sources.every(({ label }) => label === undefined);
  if (unlabelled && sources.length !== recipe.sources.length) {
    refuse(`${recipe.sources.length} sources, as in the recipe`, String(sources.length), 'give one photo for each label of the recipe');
  }
  const named = sources.map(({ codes, label }, index) => [unlabelled ? recipe.sources[index]?.label : label, codes] as const);
  const labels = named.map(([label]) => label);
  const bad = labels.findIndex((label, index) => label === undefined || labels.indexOf(label) !== index);
  if (bad >= 0) {
    refuse('a label of its own for every source', labels[bad] === undefined ? `none for source ${bad}` : `'${labels[bad]}' twice`, 'label every source, or none');
  }
  return Object.fromEntries(named as readonly (readonly [string, StyleCodes])[]);
}

/**
 * @throws InputError on a choice that contradicts itself or does not fit the number of sources, and
 *   wherever `@mfim/id-mixing` refuses the weights.
 */
export function mixEncoded(choice: MixChoice, { target, sources, split }: MixParts): StyleCodes {
  checkChoice(choice, sources.length);
  const { recipe, preset, strength } = choice;
  if (recipe !== undefined) return applyRecipe(recipe, { target, sources: byLabel(recipe, sources), split });
  const weights =
    preset === undefined
      ? choice.weights
      : presetWeights(preset, { table: target.table, split, sourceCount: sources.length });
  return mixCodes({
    target,
    sources: sources.map(({ codes }, index) => ({ codes, weights: weights === undefined ? 1 : (weights[index] as LayerWeights) })),
    split,
    strength: strength === undefined ? 1 : strength,
  });
}

/** Where a choice is to be used, before any face was encoded. */
export interface MixPlace {
  readonly table: StyleTable;
  readonly split: SideSplit;
  readonly sources: readonly { readonly label?: string | undefined }[];
}

/** Refuses what `mixEncoded` would refuse, before faces are looked for: the mix is tried on zeros. */
export function checkMix(choice: MixChoice, { table, split, sources }: MixPlace): void {
  const zeros = styleCodes(table, new Float32Array(table.totalWidth));
  mixEncoded(choice, { target: zeros, sources: sources.map(({ label }) => ({ codes: zeros, label })), split });
}
