/** The README's table of kernels is the one that the code gives. `vitest run packages/tfjs-onnx/test/readme.test.ts -u` writes it anew. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { kernelTable } from './conformance/kernel-table.ts';

const README = fileURLToPath(new URL('../README.md', import.meta.url));
const SECTION = /(<!-- kernels -->\n)[\s\S]*?(\n<!-- \/kernels -->)/;

test('the table of kernels in the README is up to date', async () => {
  const text = await readFile(README, 'utf8');
  expect(text).toMatch(SECTION);
  await expect(text.replace(SECTION, (_: string, before: string, after: string) => `${before}${kernelTable()}${after}`)).toMatchFileSnapshot(README);
});
