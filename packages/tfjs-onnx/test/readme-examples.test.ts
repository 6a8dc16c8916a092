/** The README's examples of compiling run as they stand, on ONNX Runtime for Node and for browsers. (The first one, of exporting, runs in an empty project: tools/packed-examples.) */
import { spawnSync } from 'node:child_process';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';

const PACKAGE = fileURLToPath(new URL('..', import.meta.url));
const EXAMPLE = /^```js\n(.*?)^```/gms;
/** What each prints, in the order of the README. */
const PRINTED = [/\[ 2, 32, 32, 8 \].*name: 'convolve'/s, /\[ 1, 48, 48, 3 \].*fallbacks: \[\]/s, /loss: [\d.e-]+/];

let examples: string[];
beforeAll(async () => {
  const readme = await readFile(path.join(PACKAGE, 'README.md'), 'utf8');
  examples = [...readme.matchAll(EXAMPLE)].map(([, code = '']) => code).filter((code) => code.includes("from 'onnxruntime-node'"));
});

test('every example is known here', () => expect(examples).toHaveLength(PRINTED.length));

describe.each(['onnxruntime-node', 'onnxruntime-web'])('on %s', (runtime) => {
  test.each(PRINTED.map((printed, index) => [index, printed] as const))('example %d', async (index, printed) => {
    // In the package's folder, so that it finds the package by its own name.
    const file = path.join(PACKAGE, `zz-example-${process.pid}-${runtime}-${index}.mjs`);
    await writeFile(file, (examples[index] ?? '').replaceAll("'onnxruntime-node'", `'${runtime}'`));
    try {
      const { status, stdout, stderr } = spawnSync(process.execPath, ['--conditions=@mfim/source', '--import', 'tsx', file], { cwd: PACKAGE, encoding: 'utf8' });
      expect(status, stderr).toBe(0);
      expect(stdout).toMatch(printed);
    } finally {
      await rm(file, { force: true });
    }
  });
});
