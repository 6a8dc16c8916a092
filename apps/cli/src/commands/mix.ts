/** What `mfim mix` does. */
import { basename } from 'node:path';
import { parseRecipe, presetRecipe, writeRecipe } from '@mfim/id-mixing';
import type { Recipe } from '@mfim/id-mixing';
import { InputError } from '@mfim/tensor-contracts';
import type { MfimContext } from '../command-context.ts';
import { readInputFile } from '../input-file.ts';
import { withWorkshop } from '../open-workshop.ts';
import type { Workshop } from '../open-workshop.ts';
import { checkOutputPath, writeWhole } from '../output-file.ts';
import { formatOf, readPhoto } from '../photo-file.ts';
import { finishResult } from './finish-result.ts';
import type { MixFlags } from './mix-command.ts';

/** Labels for a new recipe: the file names, numbered where two are the same. */
function labelsOf(sources: readonly string[]): readonly string[] {
  const names = sources.map((path) => basename(path));
  return names.map((name, index) => (names.indexOf(name) === index ? name : `${name} (${index + 1})`));
}

function refuse(expected: string, got: string, remedy: string): never {
  throw new InputError({ where: 'mfim mix', expected, got, remedy });
}

function checkFlags({ weights, preset, recipe, strength, source }: MixFlags): void {
  const given = Object.entries({ weights, preset, recipe }).flatMap(([name, value]) => (value === undefined ? [] : `--${name}`));
  if (given.length > 1) refuse('one of --weights, --preset, --recipe', given.join(' and '), 'leave out all but one');
  if (recipe !== undefined && strength !== undefined) {
    refuse("the recipe's own strength", '--strength', 'write the strength into the recipe');
  }
  if (weights !== undefined && weights.length !== source.length) {
    refuse(`${source.length} weights, one for each --source`, String(weights.length), 'write them like 0.7,0.3');
  }
}

/** Every form of the call as one recipe, which is also what `--save-recipe` writes. */
async function recipeOf(flags: MixFlags, { bundle }: Workshop): Promise<Recipe> {
  if (flags.recipe !== undefined) {
    return parseRecipe(new TextDecoder().decode(await readInputFile(flags.recipe, '--recipe')));
  }
  const labels = labelsOf(flags.source);
  const strength = flags.strength === undefined ? {} : { strength: flags.strength };
  if (flags.preset !== undefined) {
    return { ...presetRecipe(flags.preset, { table: bundle.table, split: bundle.manifest.split, labels }), ...strength };
  }
  const sources = labels.map((label, index) => ({ label, weights: flags.weights?.[index] ?? 1 }));
  return { format: 'mfim-recipe', version: 1, sources, ...strength };
}

async function readSources(paths: readonly string[]) {
  const sources = [];
  for (const path of paths) sources.push({ path, photo: await readPhoto(path, '--source') });
  return sources;
}

/** @throws InputError when the call, a photo, the recipe or the model is wrong; then nothing was written. */
export async function mix(context: MfimContext, flags: MixFlags): Promise<void> {
  const { out, report, face, saveRecipe } = flags;
  checkFlags(flags);
  formatOf(out);
  for (const path of [out, report, saveRecipe]) {
    if (path !== undefined) checkOutputPath(path, [...flags.source, flags.target]);
  }
  const sources = await readSources(flags.source);
  const target = { path: flags.target, photo: await readPhoto(flags.target, '--target') };
  await withWorkshop({ model: flags.model, environment: context.environment }, async (workshop) => {
    const recipe = await recipeOf(flags, workshop);
    const result = await workshop.pipeline.mix({
      target: target.photo,
      sources: sources.map(({ photo }) => ({ photo })),
      recipe,
      colourTransfer: flags.colourTransfer,
      ...(face === undefined ? {} : { targetFace: face }),
    });
    if (saveRecipe !== undefined) await writeWhole(saveRecipe, writeRecipe(recipe));
    const chosenByCaller = { target: face !== undefined, sources: false };
    await finishResult(context, workshop, { target, sources, result, out, report, chosenByCaller });
  });
}
