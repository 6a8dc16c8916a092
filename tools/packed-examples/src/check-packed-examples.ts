/**
 * Packs every package, installs each alone into an empty project as its README says, runs the README's
 * first example there with plain Node, and type-checks it. One line a package; exit code 1 when one fails.
 * A package whose tarballs did not change since it passed is not tried again, unless it is named.
 *
 * node --import tsx tools/packed-examples/src/check-packed-examples.ts [package ...]
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { catalogVersions } from './catalog-versions.ts';
import { dependencyTarballs } from './dependency-tarballs.ts';
import { exampleArguments } from './example-arguments.ts';
import { packPackages } from './pack-packages.ts';
import type { PackedPackage } from './pack-packages.ts';
import { keyOf, openPassMemory } from './passed-before.ts';
import type { PassMemory } from './passed-before.ts';
import { readExample } from './read-example.ts';
import { tryPackage } from './try-package.ts';
import type { TrialResult } from './try-package.ts';
import type { Surroundings } from './write-project.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const MEMORY = join(ROOT, '.cache', 'packed-examples.json');
/** npm waits for the disk while the example computes: two at a time keep both busy. */
const AT_ONCE = 2;
const NAME_WIDTH = 24;
const LINE_WIDTH = 60;

interface Round extends Surroundings {
  /** Where the projects are made. */
  readonly folder: string;
  readonly memory: PassMemory;
  /** Packages that were asked for by name; none: all. */
  readonly named: readonly string[];
}

const shortName = (name: string): string => name.replace('@mfim/', '');

function report(name: string, { problems, firstLine, seconds }: TrialResult): void {
  const times = Object.entries(seconds).map(([what, value]) => `${what} ${value.toFixed(1)} s`);
  const verdict = problems.length === 0 ? 'passed' : 'FAILED';
  console.log(`${verdict}  ${name.padEnd(NAME_WIDTH)} ${times.join(', ')}  ${firstLine.slice(0, LINE_WIDTH)}`);
  for (const problem of problems) console.log(problem);
}

function contentKey({ name, folder }: PackedPackage, { packed, versions }: Round): string {
  const { installed } = readExample(readFileSync(join(folder, 'README.md'), 'utf8'));
  const texts = [...installed, ...installed.map((other) => versions.get(other) ?? ''), ...exampleArguments(ROOT, name)];
  return keyOf({ files: dependencyTarballs(installed, packed), texts });
}

async function check(one: PackedPackage, round: Round): Promise<boolean> {
  const { name } = one;
  const project = join(round.folder, shortName(name));
  try {
    const key = contentKey(one, round);
    if (round.named.length === 0 && round.memory.has(name, key)) {
      console.log(`passed  ${name.padEnd(NAME_WIDTH)} unchanged since it passed`);
      return true;
    }
    const result = await tryPackage(one, { ...round, project, arguments: exampleArguments(ROOT, name) });
    report(name, result);
    if (result.problems.length === 0) round.memory.add(name, key);
    return result.problems.length === 0;
  } catch (error) {
    console.log(`FAILED  ${name.padEnd(NAME_WIDTH)} ${error instanceof Error ? error.message : String(error)}`);
    return false;
  } finally {
    rmSync(project, { recursive: true, force: true });
  }
}

async function checkAll(folder: string, named: readonly string[]): Promise<boolean> {
  const packed = await packPackages(ROOT, join(folder, 'tarballs'));
  const round: Round = { folder, packed, versions: catalogVersions(ROOT), memory: openPassMemory(MEMORY), named };
  const waiting = packed.filter(({ name }) => named.length === 0 || named.includes(shortName(name)));
  let passed = waiting.length > 0;
  const worker = async (): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      const good = await check(one, round);
      passed &&= good;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  return passed;
}

const folder = mkdtempSync(join(tmpdir(), 'mfim-packed-'));
try {
  process.exitCode = (await checkAll(folder, process.argv.slice(2))) ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
