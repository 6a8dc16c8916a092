/** The gallery of `mfim face3d` in a browser: no request, no error, order, viewer by keys, colours, a narrow screen, accessibility. */
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { findChromium } from '../src/find-chromium.ts';
import { callMfim } from './call-mfim.ts';
import { writePhotoFixtures } from './photo-fixtures.ts';
import { writeFaceModel, writeSmallBasis } from './small-face-model.ts';

const executable = findChromium(process.env);

describe.skipIf(executable === undefined)(`gallery${executable === undefined ? ' (left out: no Chromium; install it, or set CHROMIUM)' : ''}`, () => {
  let folder: string;
  let address: string;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mfim-gallery-'));
    const model = await writeFaceModel(join(folder, 'model'), { expression: [4, 0, 3] });
    const basis = await writeSmallBasis(join(folder, 'basis'));
    const photos = await writePhotoFixtures(folder);
    const shown = join(folder, 'shown');
    await mkdir(shown);
    await cp(photos.two, join(shown, 'a.jpg'));
    await cp(photos.target, join(shown, 'b.png'));
    const file = join(folder, 'gallery.html');
    const { code } = await callMfim(['face3d', shown, photos.empty, '--gallery', file, '--model', model, '--basis', basis], { MFIM_CACHE: join(folder, 'cache') });
    expect(code).toBe(0);
    address = pathToFileURL(file).href;
    browser = await chromium.launch({ executablePath: executable as string, args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'] });
  }, 300_000);
  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    await context.close();
    expect(complaints.splice(0)).toEqual([]);
  });

  async function open(options: { readonly colorScheme?: 'dark' | 'light'; readonly width?: number } = {}): Promise<void> {
    context = await browser.newContext({ viewport: { width: options.width ?? 1280, height: 900 }, colorScheme: options.colorScheme ?? 'light' });
    page = await context.newPage();
    page.setDefaultTimeout(100_000);
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      if (!request.url().startsWith('data:') && request.url() !== address) complaints.push(`request ${request.url()}`);
    });
    await page.goto(address);
  }

  const violations = async () => (await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
  const headings = () => page.$$eval('.card h2', (all) => all.map((heading) => heading.textContent));

  test('every picture is there and says what it shows; another order is by its numbers', async () => {
    await open();
    const pictures = await page.$$eval('.picture img', (all) => all.map((image) => ({ alt: (image as HTMLImageElement).alt, width: (image as HTMLImageElement).naturalWidth })));
    expect(pictures).toHaveLength(12);
    expect(pictures.every(({ alt, width }) => alt.length > 10 && width > 0)).toBe(true);
    expect(await headings()).toEqual(['a.jpg face 0', 'a.jpg face 1', 'b.png face 0']);
    const yaws = () => page.$$eval('.card', (cards) => cards.map((card) => Number((card as HTMLElement).dataset['yaw'])));
    await page.selectOption('#order', 'yaw');
    expect(await yaws()).toEqual((await yaws()).toSorted((one, other) => one - other));
    await page.selectOption('#order', 'order');
    expect(await headings()).toEqual(['a.jpg face 0', 'a.jpg face 1', 'b.png face 0']);
  });

  test('the viewer opens, steps and closes by keys, and gives the focus back', async () => {
    await open();
    await page.focus('.picture');
    await page.keyboard.press('Enter');
    const shown = () => page.textContent('#caption');
    expect(await shown()).toBe('Face 0 of a.jpg');
    await page.keyboard.press('ArrowRight');
    expect(await shown()).toMatch(/^Face 0 of a\.jpg under the fitted head/);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowLeft');
    expect(await shown()).toBe('The head fitted to face 0 of b.png, from the side');
    expect(await violations()).toEqual([]);
    await page.keyboard.press('Escape');
    expect(await page.$eval('#viewer', (dialog) => (dialog as HTMLDialogElement).open)).toBe(false);
    expect(await page.evaluate(() => document.activeElement?.querySelector('img')?.alt)).toBe('The head fitted to face 0 of b.png, from the side');
  });

  test.each(['light', 'dark'] as const)('has nothing that axe finds, %s', async (colorScheme) => {
    await open({ colorScheme });
    expect(await violations()).toEqual([]);
    const dark = () => page.evaluate(() => getComputedStyle(document.documentElement).colorScheme);
    expect(await dark()).toBe(colorScheme);
    await page.selectOption('#theme', 'dark');
    expect(await dark()).toBe('dark');
  });

  test('fits a narrow screen', async () => {
    await open({ width: 340 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(340);
  });
});
