/** Recipe to JSON text, indented for people, with a line end. */
import { checkRecipe } from './check-recipe.ts';
import type { Recipe } from './recipe.ts';

const INDENT = 2;

/** @throws InputError when the recipe is not one that `parseRecipe` would accept. */
export function writeRecipe(recipe: Recipe): string {
  return `${JSON.stringify(checkRecipe(recipe), null, INDENT)}\n`;
}
