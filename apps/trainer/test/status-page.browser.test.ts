/** The status page in a browser: no request, no error, the scrubber, the controls, accessibility. */
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { callStatus } from './call-status.ts';
import { makeRun } from './status-fixtures.ts';
import type { RunFixture } from './status-fixtures.ts';

const executable = [process.env['CHROMIUM'], '/usr/bin/chromium'].find((path) => path !== undefined && path !== '' && existsSync(path));
const SCREENSHOTS = fileURLToPath(new URL('../../../out/status/', import.meta.url));

describe.skipIf(executable === undefined)(`status page${executable === undefined ? ' (left out: no Chromium; install it, or set CHROMIUM)' : ''}`, () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let complaints: string[];
  const folders: string[] = [];

  beforeAll(async () => {
    mkdirSync(SCREENSHOTS, { recursive: true });
    browser = await chromium.launch({ executablePath: executable as string, args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'] });
  });
  afterAll(async () => {
    await browser?.close();
    for (const folder of folders) rmSync(folder, { recursive: true });
  });
  afterEach(async () => {
    await context.close();
    expect(complaints).toEqual([]);
  });

  async function open(fixture: RunFixture, options: { readonly colorScheme?: 'dark' | 'light'; readonly width?: number } = {}): Promise<void> {
    const folder = await makeRun(fixture);
    folders.push(folder);
    await callStatus(folder, '--html');
    complaints = [];
    context = await browser.newContext({ viewport: { width: options.width ?? 1280, height: 900 }, colorScheme: options.colorScheme ?? 'light' });
    page = await context.newPage();
    page.setDefaultTimeout(100_000);
    const address = pathToFileURL(join(folder, 'status.html')).href;
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => {
      if (!request.url().startsWith('data:') && request.url() !== address) complaints.push(`request ${request.url()}`);
    });
    await page.goto(address);
    await page.waitForSelector('[data-drawn]');
  }

  const screenshot = (name: string) => page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
  const shownStep = () => page.textContent('#snapshot-step');
  /** Whether every canvas has pixels in the colour of lines. */
  const inked = () =>
    page.$$eval('canvas', (canvases) =>
      canvases.map((canvas) => {
        const pixels = canvas.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
        return pixels.some((red, index) => index % 4 === 0 && red === 0x1f && pixels[index + 1] === 0x5f && pixels[index + 2] === 0xbf && pixels[index + 3] === 255);
      }),
    );

  test('the scrubber moves over the snapshots by pointer, buttons and keys', async () => {
    await open({ records: 40, snapshots: 5 });
    expect(await shownStep()).toBe('step 1250 (5 of 5)');
    const last = await page.getAttribute('#snapshot-picture', 'src');
    await page.focus('#snapshot-slider');
    await page.keyboard.press('ArrowLeft');
    expect(await shownStep()).toBe('step 1000 (4 of 5)');
    expect(await page.getAttribute('#snapshot-picture', 'src')).not.toBe(last);
    expect(await page.getAttribute('#snapshot-picture', 'alt')).toContain('step 1000');
    await page.click('#snapshot-back');
    expect(await shownStep()).toBe('step 750 (3 of 5)');
    await page.keyboard.press('Home');
    await page.fill('#snapshot-slider', '0');
    expect(await shownStep()).toBe('step 250 (1 of 5)');
    expect(await page.isDisabled('#snapshot-back')).toBe(true);
    const box = await page.locator('#snapshot-slider').boundingBox();
    await page.mouse.click((box?.x ?? 0) + (box?.width ?? 0) / 2, (box?.y ?? 0) + (box?.height ?? 0) / 2);
    expect(await shownStep()).toBe('step 750 (3 of 5)');
    await screenshot('scrubbed');
  });

  test('every curve is drawn, smoothed, and on a logarithmic scale where asked', async () => {
    await open({ records: 40, snapshots: 2 });
    const before = await inked();
    expect(before).toHaveLength(9);
    expect(before.every(Boolean)).toBe(true);
    expect(await page.$$eval('.chart', (charts) => charts.map((chart) => chart.ariaLabel))).toContainEqual(expect.stringMatching(/^l1: first 1\.05 at step 50, last 0\.235 at step 2000/));
    await page.check('#logarithmic');
    expect(await page.$$eval('figure[data-scale=logarithmic]', (figures) => figures.length)).toBe(9);
    await page.fill('#smoothing', '0.95');
    expect(await page.textContent('#smoothing-value')).toBe('0.95');
    expect((await inked()).every(Boolean)).toBe(true);
    const chart = page.locator('.chart').first();
    await chart.hover({ position: { x: 200, y: 80 } });
    await page.waitForFunction(() => !document.querySelector('figcaption output')?.textContent?.endsWith('step 2000'));
    await screenshot('logarithmic');
  });

  test.each(['light', 'dark'] as const)('has nothing that axe finds, %s', async (colorScheme) => {
    await open({ records: 30, snapshots: 3 }, { colorScheme });
    await page.$$eval('details', (all) => all.forEach((details) => (details.open = true)));
    expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    await screenshot(colorScheme);
  });

  test('shows the sheet of a pretraining run, and says what it is', async () => {
    await open({ records: 10, snapshots: 2, pretraining: true });
    expect(await page.getAttribute('#snapshot-picture', 'alt')).toBe('Snapshot at step 500: faces that the averaged generator draws, from the same latents in every snapshot');
    expect((await inked()).every(Boolean)).toBe(true);
    expect((await new AxeBuilder({ page }).analyze()).violations.map(({ id }) => id)).toEqual([]);
    await screenshot('pretraining');
  });

  test('fits a narrow screen', async () => {
    await open({ records: 30, snapshots: 3 }, { width: 360 });
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await screenshot('narrow');
  });

  test.each([
    ['no record', { whole: false }, 0],
    ['one record', { records: 1, snapshots: 1 }, 9],
    ['100,000 records', { records: 100_000, snapshots: 1 }, 9],
  ] as const)('shows a run with %s', async (name, fixture, charts) => {
    await open(fixture);
    expect(await page.getAttribute('html', 'data-drawn')).toBe(String(charts));
    expect((await inked()).every(Boolean)).toBe(true);
    if (charts > 0) await page.check('#logarithmic');
    expect((await inked()).every(Boolean)).toBe(true);
    await screenshot(name.replaceAll(/\W+/g, '-'));
  }, 120_000);
});
