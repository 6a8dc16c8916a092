/** The one check that every recipe passes: when it is read, when it is written and when it is applied. */
import { InputError, checkSchema } from '@mfim/tensor-contracts';
import { checkLayerWeights } from './layer-weights.ts';
import { RECIPE_SCHEMA, RECIPE_VERSION } from './recipe.ts';
import type { Recipe } from './recipe.ts';

function refuse(expected: string, got: string, remedy: string): never {
  throw new InputError({ where: 'recipe', expected, got, remedy });
}

function checkVersion(document: unknown): void {
  const version = typeof document === 'object' && document !== null ? Reflect.get(document, 'version') : undefined;
  if (typeof version === 'number' && version > RECIPE_VERSION) {
    refuse(`version ${RECIPE_VERSION} or older`, `version ${version}`, 'update mfim, or save the recipe in the older form');
  }
}

/**
 * @throws InputError on a missing or unknown field, a newer version, a weight that is not a finite
 *   number >= 0, a strength outside [0, 1], a key that is no layer, or a label that occurs twice.
 */
export function checkRecipe(document: unknown): Recipe {
  checkVersion(document);
  const problem = checkSchema(document, RECIPE_SCHEMA);
  if (problem !== undefined) refuse(`${problem.expected} at ${problem.path}`, problem.got, 'correct the recipe');
  const recipe = document as Recipe;
  const seen = new Set<string>();
  for (const { label, weights } of recipe.sources) {
    if (seen.has(label)) refuse('labels that differ', `'${label}' twice`, 'rename one of the two sources');
    seen.add(label);
    checkLayerWeights(weights, { where: `recipe weights of '${label}'` });
  }
  if (recipe.strength !== undefined) checkLayerWeights(recipe.strength, { where: 'recipe strength', maximum: 1 });
  return recipe;
}
