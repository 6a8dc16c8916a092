/**
 * Packs every package, installs each alone into an empty project as its README says, runs the README's
 * first example there with plain Node, and type-checks it. One line a package; exit code 1 when one fails.
 *
 * node --import tsx tools/packed-examples/src/check-packed-examples.ts [package ...]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { catalogVersions } from './catalog-versions.ts';
import { exampleArguments } from './example-arguments.ts';
import { packPackages } from './pack-packages.ts';
import type { PackedPackage } from './pack-packages.ts';
import { tryPackage } from './try-package.ts';
import type { Trial, TrialResult } from './try-package.ts';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
/** npm waits for the disk, the example computes: two at a time keep both busy. */
const AT_ONCE = 2;
const NAME_WIDTH = 24;
const LINE_WIDTH = 60;

function lineFor(name: string, { problems, firstLine, seconds }: TrialResult): string {
  const times = Object.entries(seconds).map(([what, value]) => `${what} ${value.toFixed(1)} s`);
  const head = `${problems.length === 0 ? 'passed' : 'FAILED'}  ${name.padEnd(NAME_WIDTH)} ${times.join(', ')}`;
  return [`${head}  ${firstLine.slice(0, LINE_WIDTH)}`, ...problems].join('\n');
}

async function attempt(one: PackedPackage, trial: Trial): Promise<boolean> {
  try {
    const result = await tryPackage(one, trial);
    console.log(lineFor(one.name, result));
    return result.problems.length === 0;
  } catch (error) {
    console.log(`FAILED  ${one.name.padEnd(NAME_WIDTH)} ${error instanceof Error ? error.message : String(error)}`);
    return false;
  } finally {
    rmSync(trial.project, { recursive: true, force: true });
  }
}

async function checkAll(folder: string, wanted: readonly string[]): Promise<boolean> {
  const packed = await packPackages(ROOT, join(folder, 'tarballs'));
  const surroundings = { packed, versions: catalogVersions(ROOT) };
  const waiting = packed.filter(({ name }) => wanted.length === 0 || wanted.includes(name.replace('@mfim/', '')));
  let passed = waiting.length > 0;
  const worker = async (): Promise<void> => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      const project = join(folder, one.name.replace('@mfim/', ''));
      const good = await attempt(one, { ...surroundings, project, arguments: exampleArguments(ROOT, one.name) });
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
