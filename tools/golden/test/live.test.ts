/** Where PyTorch is at hand, the recipes run again and must give what is committed. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { discriminatorSpec, generatorSpec } from '@mfim/stylegan';
import { countParameters } from '@mfim/nn';
import { styleTable } from '@mfim/tensor-contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { VALUES, WITHOUT_TORCH, findTorch, readGoldenFile, relativeError } from '../src/index.ts';

const python = findTorch(process.env);
const scripts = fileURLToPath(new URL('../python/', import.meta.url));
/** Float32 rounding of a value that was computed in float64. */
const ROUNDING = 1e-6;
/** All recipes take 3 s on an idle machine; starting PyTorch on a busy one takes far longer. */
const PATIENCE = 600_000;

const committed = readdirSync(VALUES).map((name) => name.replace('.safetensors', ''));

describe.skipIf(python === undefined)(`recipes run live (${python ?? WITHOUT_TORCH})`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'mfim-golden-'));
  let written: readonly string[] = [];

  beforeAll(() => {
    execFileSync(python as string, ['-B', join(scripts, 'write_golden.py'), '--output', folder], { stdio: 'pipe' });
    written = readdirSync(folder).map((name) => name.replace('.safetensors', ''));
  }, PATIENCE);
  afterAll(() => rmSync(folder, { recursive: true }));

  test.each(committed)('%s', (recipe) => {
    // Recipes with published weights run only where those lie beside the repository.
    if (!written.includes(recipe)) return expect(['lpips-squeeze', 'mobile-face-net', 'three-ddfa']).toContain(recipe);
    const file = readGoldenFile(recipe);
    const fresh = readGoldenFile(recipe, pathToFileURL(`${folder}/`));
    expect([...fresh.all.keys()]).toEqual([...file.all.keys()]);
    expect(fresh.config).toEqual(file.config);
    for (const [name, tensor] of fresh.all) {
      expect(relativeError(tensor, file.all.get(name) ?? tensor), name).toBeLessThan(ROUNDING);
    }
    return undefined;
  });

  test('the full networks have as many parameters as ours', () => {
    const output = execFileSync(python as string, ['-B', join(scripts, 'count_parameters.py')], { encoding: 'utf8' });
    const table = styleTable(1024);
    expect(JSON.parse(output)).toEqual({
      generator: countParameters(generatorSpec(table)),
      discriminator: countParameters(discriminatorSpec(1024)),
    });
  });
});

test('the full networks have the published number of parameters', () => {
  expect(countParameters(generatorSpec(styleTable(1024)))).toBe(30_370_060);
  expect(countParameters(discriminatorSpec(1024))).toBe(29_012_513);
});
