/** A recipe put to work on encoded faces. */
import { InputError } from '@mfim/tensor-contracts';
import type { SideSplit, StyleCodes } from '@mfim/tensor-contracts';
import { checkRecipe } from './check-recipe.ts';
import { mixCodes } from './mix-codes.ts';
import type { Recipe } from './recipe.ts';

/** The faces that a recipe is applied to. */
export interface RecipeFaces {
  readonly target: StyleCodes;
  /** One for every label of the recipe, and no other. */
  readonly sources: Readonly<Record<string, StyleCodes>>;
  readonly split?: SideSplit;
}

const quote = (labels: readonly string[]): string => labels.map((label) => `'${label}'`).join(', ');

/**
 * @throws InputError when the labels of the faces are not those of the recipe, and wherever
 *   `mixCodes` does.
 */
export function applyRecipe(recipe: Recipe, { target, sources, split }: RecipeFaces): StyleCodes {
  const wanted = checkRecipe(recipe).sources.map(({ label }) => label);
  const given = Object.keys(sources);
  const differ = wanted.some((label) => !Object.hasOwn(sources, label)) || given.length !== wanted.length;
  if (differ) {
    throw new InputError({
      where: 'applyRecipe',
      expected: `faces for ${quote(wanted)}`,
      got: given.length === 0 ? 'none' : quote(given),
      remedy: "name each source photo by its label in the recipe",
    });
  }
  return mixCodes({
    target,
    sources: recipe.sources.map(({ label, weights }) => ({ codes: sources[label] as StyleCodes, weights })),
    ...(split === undefined ? {} : { split }),
    ...(recipe.strength === undefined ? {} : { strength: recipe.strength }),
  });
}
