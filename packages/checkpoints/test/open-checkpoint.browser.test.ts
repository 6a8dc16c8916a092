/** The same readers in a browser: every sound file of the corpus as a `File`, with the same names and numbers as in Node. */
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chromium } from 'playwright-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openCheckpoint, readTensors } from '../src/index.ts';
import type { ByteInput } from '../src/index.ts';

const executable = [process.env['CHROMIUM'], '/usr/bin/chromium'].find((path) => path !== undefined && path !== '' && existsSync(path));
const folder = new URL('corpus/sound/', import.meta.url);
const files = readdirSync(folder).filter((name) => !/\.(?:json|data)$/.test(name) && name !== 'external.onnx');

/** Runs in the page, where the bundle has put the package on `window`. */
async function readInPage(base64: string): Promise<readonly (readonly [string, string, string])[]> {
  const library = (globalThis as unknown as { checkpoints: { openCheckpoint: typeof openCheckpoint; readTensors: typeof readTensors } }).checkpoints;
  const bytes = Uint8Array.from(atob(base64), (character) => character.codePointAt(0) as number);
  const input: ByteInput = new File([bytes], 'weights');
  const tensors = await library.readTensors(await library.openCheckpoint(input));
  return [...tensors].map(([name, { dtype, shape, data }]) => [name, `${dtype} ${shape.join()}`, data.join()] as const);
}

describe.skipIf(executable === undefined)(`openCheckpoint in a browser${executable === undefined ? ' (left out: no Chromium; install it, or set CHROMIUM)' : ''}`, () => {
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    const entryPoints = [fileURLToPath(new URL('../src/index.ts', import.meta.url))];
    const { outputFiles } = await build({ entryPoints, bundle: true, write: false, platform: 'browser', format: 'iife', globalName: 'checkpoints', conditions: ['@mfim/source'] });
    browser = await chromium.launch({ executablePath: executable as string, args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'] });
    page = await browser.newPage();
    // Helpers that tsx or vitest may leave in the function.
    await page.addScriptTag({ content: `${outputFiles[0]?.text ?? ''}; globalThis.checkpoints = checkpoints; globalThis.__name = (value) => value;` });
  });
  afterAll(() => browser?.close());

  test.each(files)('%s', async (file) => {
    const bytes = readFileSync(new URL(file, folder));
    const here = [...(await readTensors(await openCheckpoint(bytes)))].map(([name, { dtype, shape, data }]) => [name, `${dtype} ${shape.join()}`, data.join()]);
    expect(await page.evaluate(readInPage, bytes.toString('base64'))).toEqual(here);
  });
});
