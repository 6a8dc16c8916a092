/** Arguments for the examples that are commands: the committed model, and portraits of people who do not exist. */
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const SOURCE = 18;
const TARGET = 51;

function portrait(number: number): string {
  const folder = dirname(createRequire(import.meta.url).resolve('fake-avatars/package.json'));
  return join(folder, 'avatars', 'png', `${number}.png`);
}

function committedModel(root: string): string | undefined {
  const models = join(root, 'models');
  if (!existsSync(models)) return undefined;
  const name = readdirSync(models).find((entry) => existsSync(join(models, entry, 'manifest.json')));
  return name === undefined ? undefined : join(models, name);
}

/** @returns what is put behind `node example.mjs` */
export function exampleArguments(root: string, name: string): readonly string[] {
  const model = committedModel(root);
  return name === '@mfim/pipeline' && model !== undefined ? [model, portrait(SOURCE), portrait(TARGET)] : [];
}
