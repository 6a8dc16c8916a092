/** Recipe from JSON text. `parseRecipe(writeRecipe(recipe))` equals `recipe`. */
import { InputError } from '@mfim/tensor-contracts';
import { checkRecipe } from './check-recipe.ts';
import type { Recipe } from './recipe.ts';

/** @throws InputError on text that is not JSON, and wherever the document is no recipe. */
export function parseRecipe(text: string): Recipe {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new InputError({
      where: 'recipe',
      expected: 'JSON text',
      got: cause instanceof Error ? cause.message : String(cause),
      remedy: 'pass a recipe that mfim wrote, or correct the text',
      cause,
    });
  }
  return checkRecipe(document);
}
