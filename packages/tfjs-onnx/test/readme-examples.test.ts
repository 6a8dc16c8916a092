/** The README's examples of compiling run as they stand. (The first one, of exporting, runs in an empty project: tools/packed-examples.) */
import { spawnSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const EXAMPLE = /^```js\n(.*?)^```/gms;

async function examples(): Promise<string[]> {
  const readme = await readFile(path.join(PACKAGE, 'README.md'), 'utf8');
  return [...readme.matchAll(EXAMPLE)].map(([, code = '']) => code).filter((code) => code.includes("from 'onnxruntime-node'"));
}

test('examples of compiling', async () => {
  const found = await examples();
  expect(found).toHaveLength(2);
  for (const [index, code] of found.entries()) {
    // In the package's folder, so that it finds the package by its own name.
    const file = path.join(PACKAGE, `zz-example-${process.pid}-${index}.mjs`);
    await writeFile(file, code);
    try {
      const { status, stdout, stderr } = spawnSync(process.execPath, ['--conditions=@mfim/source', '--import', 'tsx', file], { cwd: PACKAGE, encoding: 'utf8' });
      expect(status, stderr).toBe(0);
      expect(stdout).toMatch(index === 0 ? /\[ 2, 32, 32, 8 \].*name: 'convolve'/s : /loss: [\d.e-]+/);
    } finally {
      await rm(file, { force: true });
    }
  }
});
