/** The files that are changed: the corpus of @mfim/checkpoints, sound and hostile. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const CORPUS = fileURLToPath(new URL('../../../packages/checkpoints/test/corpus/', import.meta.url));
const FOLDERS = ['sound', 'hostile'];

/** A file of the corpus. */
export interface SeedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Every file, in a fixed order. Sound ones count twice: changes of them go further than changes of what is refused at once. */
export function seedFiles(): readonly SeedFile[] {
  const files = FOLDERS.flatMap((folder) =>
    readdirSync(join(CORPUS, folder)).toSorted().filter((name) => !name.endsWith('.json')).map((name) => ({ folder, name: `${folder}/${name}` })),
  );
  const read = files.map(({ folder, name }) => ({ folder, name, bytes: new Uint8Array(readFileSync(join(CORPUS, name))) }));
  return [...read, ...read.filter(({ folder }) => folder === 'sound')];
}
