/** A preset written out as a recipe, ready to be edited and saved. */
import { presetWeights } from './presets.ts';
import type { PresetRequest } from './presets.ts';
import { checkRecipe } from './check-recipe.ts';
import { RECIPE_VERSION } from './recipe.ts';
import type { Recipe } from './recipe.ts';

/** The table and split, and the labels of the people in the preset's order. */
export interface PresetRecipeRequest extends Omit<PresetRequest, 'sourceCount'> {
  readonly labels: readonly string[];
}

/** @throws InputError wherever `presetWeights` does, and on labels that are empty or occur twice. */
export function presetRecipe(name: string, { labels, ...place }: PresetRecipeRequest): Recipe {
  const weights = presetWeights(name, { ...place, sourceCount: labels.length });
  return checkRecipe({
    format: 'mfim-recipe',
    version: RECIPE_VERSION,
    name,
    sources: labels.map((label, index) => ({ label, weights: weights[index] })),
  });
}
