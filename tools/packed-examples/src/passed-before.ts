/** Remembers with which contents a package passed, so that an unchanged one is not installed again. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What an outcome depends on. */
export interface Ingredients {
  /** Files that are hashed by content: tarballs and versions. */
  readonly files: readonly string[];
  /** Anything else, such as the arguments of the example. */
  readonly texts: readonly string[];
}

/** A memory of passes in one file. */
export interface PassMemory {
  has(name: string, key: string): boolean;
  add(name: string, key: string): void;
}

const SOURCES = dirname(fileURLToPath(import.meta.url));

/** One text that changes when an ingredient, this program, or the version of Node changes. */
export function keyOf({ files, texts }: Ingredients): string {
  const hash = createHash('sha256').update(`${process.version} ${process.platform} ${process.arch}`);
  const program = readdirSync(SOURCES).map((name) => join(SOURCES, name));
  for (const file of [...files, ...program]) hash.update(readFileSync(file)).update('\0');
  for (const text of texts) hash.update(text).update('\0');
  return hash.digest('hex');
}

/** Opens the memory in `file`, which is made with the first pass. */
export function openPassMemory(file: string): PassMemory {
  const keys = (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {}) as Record<string, string>;
  return {
    has: (name, key) => keys[name] === key,
    add(name, key) {
      keys[name] = key;
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, `${JSON.stringify(keys, null, 2)}\n`);
    },
  };
}
