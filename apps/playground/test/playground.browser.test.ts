/**
 * The whole way in a real browser, on the real build: choose, swap, mix, compare, download, cancel,
 * use without a network. The downloaded pixels are compared with the Node pipeline's.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxeBuilder } from '@axe-core/playwright';
import type { Pipeline } from '@mfim/pipeline';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { listen } from '../src/server/listen.ts';
import { staticServer } from '../src/server/static-server.ts';
import { buildPlayground, fileSizes } from './build-playground.ts';
import { findChromium, findModel, portrait } from './find-model.ts';
import { openReference, pictureDifference, readPhoto } from './node-reference.ts';
import { choosePhoto, download, openPlayground, screenshot, startBrowser, waitUntilDrawn, waitUntilReady, watchRequests } from './playground-page.ts';

const chromium = findChromium();
const model = findModel();
const missing = [chromium === undefined ? 'no Chromium (install it, or set CHROMIUM)' : '', model === undefined ? 'no bundle in models/' : ''].filter(Boolean).join(', ');

/** Hosts of static pages often take no larger files. */
const LARGEST_FILE = 25 * 2 ** 20;
/** wasm and native kernels sum in another order; a landmark moves by 1e-5 pixels, a pixel by a level. */
const MEAN_LEVELS = 1;
const LARGEST_LEVELS = 12;

const [target, first, second] = [portrait(10), portrait(73), portrait(34)];

describe.skipIf(missing !== '')(missing === '' ? 'playground' : `playground (left out: ${missing})`, () => {
  const folder = mkdtempSync(join(tmpdir(), 'mfim-playground-'));
  const dist = join(folder, 'dist');
  let server: Server;
  let address: string;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  let requests: readonly string[];
  let reference: Pipeline;
  const messages: string[] = [];

  beforeAll(async () => {
    buildPlayground(dist);
    server = staticServer(dist);
    address = `http://localhost:${await listen(server, 0)}/`;
    browser = await startBrowser(chromium as string);
    context = await browser.newContext({ viewport: { width: 1280, height: 900 }, colorScheme: 'light' });
    requests = watchRequests(context);
    page = await context.newPage();
    page.on('console', (message) => messages.push(`${message.type()}: ${message.text()}`));
    page.on('pageerror', (error) => messages.push(`page error: ${error.message}`));
    reference = await openReference(model as string);
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  async function expectLike(path: string, expected: Parameters<typeof pictureDifference>[0], label: string) {
    const difference = pictureDifference(expected, await readPhoto(path));
    console.log(`${label}: mean difference ${difference.mean.toFixed(4)} levels, largest ${difference.largest}`);
    expect(difference.mean).toBeLessThan(MEAN_LEVELS);
    expect(difference.largest).toBeLessThanOrEqual(LARGEST_LEVELS);
  }

  const photos = async () => {
    const [targetPhoto, ...sources] = await Promise.all([target, first, second].map(readPhoto));
    return { target: targetPhoto!, first: sources[0]!, second: sources[1]! };
  };

  test('no file of the build is too large for a static host', () => {
    const large = [...fileSizes(dist)].filter(([, size]) => size > LARGEST_FILE);
    expect(large).toEqual([]);
  });

  test('starts, isolated for threads, and says what runs', async () => {
    await openPlayground(page, address);
    await screenshot(page, 'start-1280');
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
    expect(await page.getAttribute('[data-testid=backend]', 'data-backend')).toBe('wasm');
    expect(await page.textContent('.engine-status')).toMatch(/Ready.*threads?.*works offline/);
    expect(await page.textContent('.privacy')).toContain('never leave this machine');
  });

  test('swaps two photos; the saved pixels are those of the Node pipeline', async () => {
    await choosePhoto(page, 'target', target);
    await choosePhoto(page, 'first', first);
    const saved = await download(page);
    expect(saved.name).toBe('10-swapped.png');
    const given = await photos();
    const expected = await reference.swap({ target: given.target, source: given.first });
    expect(pictureDifference(expected.image, given.target).mean, 'the swap changes the photo').toBeGreaterThan(1);
    await expectLike(saved.path, expected.image, 'swap');
    await screenshot(page, 'swap-1280');
  });

  test('the handle between before and after moves by keyboard', async () => {
    const slider = page.locator('img-comparison-slider');
    const before = Number(await slider.getAttribute('aria-valuenow'));
    await slider.focus();
    await page.keyboard.down('ArrowLeft');
    await page.waitForTimeout(300);
    await page.keyboard.up('ArrowLeft');
    await expect.poll(async () => Number(await slider.getAttribute('aria-valuenow'))).toBeLessThan(before);
  });

  test('mixes a third person in, by the slider, by strength and by preset', async () => {
    await choosePhoto(page, 'second', second);
    await page.fill('#balance', '25');
    const given = await photos();
    const people = { target: given.target, sources: [{ photo: given.first }, { photo: given.second }] };
    await expectLike((await download(page)).path, (await reference.mix({ ...people, weights: [0.75, 0.25] })).image, 'mix 75:25');
    await page.fill('#strength', '40');
    await expectLike((await download(page)).path, (await reference.mix({ ...people, weights: [0.75, 0.25], strength: 0.4 })).image, 'strength 0.4');
    await page.fill('#strength', '100');
    await page.selectOption('#preset', 'global+local');
    await expectLike((await download(page)).path, (await reference.mix({ ...people, preset: 'global+local' })).image, 'global+local');
    await page.selectOption('#preset', '');
    await waitUntilDrawn(page);
    await page.click('.timings summary');
    await screenshot(page, 'mix-1280', true);
    await page.click('.timings summary');
  });

  test('has no accessibility violations, light and dark, wide and narrow', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`)).toEqual([]);
      await screenshot(page, `mix-1280-${colorScheme}`);
      await page.setViewportSize({ width: 390, height: 844 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
      await screenshot(page, `mix-390-${colorScheme}`, true);
      await page.setViewportSize({ width: 1280, height: 900 });
    }
    await page.emulateMedia({ colorScheme: 'light' });
  });

  test('shows the faces of a photo with several, and swaps the chosen one', async () => {
    const both = join(folder, 'both.png');
    const [large, small] = await Promise.all([sharp(target).resize(420).png().toBuffer(), sharp(second).png().toBuffer()]);
    const canvas = sharp({ create: { width: 700, height: 420, channels: 3, background: '#8899aa' } });
    await canvas.composite([{ input: large, left: 0, top: 0 }, { input: small, left: 432, top: 82 }]).png().toFile(both);
    await page.click('text=Remove >> nth=2');
    await choosePhoto(page, 'target', both);
    expect(await page.locator('[data-testid=place-target] .faces img').count()).toBe(2);
    await page.check('[data-testid=place-target] .faces input >> nth=1', { force: true });
    const expected = await reference.swap({ target: await readPhoto(both), targetFace: 1, source: (await photos()).first });
    await waitUntilDrawn(page);
    await expectLike((await download(page)).path, expected.image, 'second face');
    await screenshot(page, 'several-faces-1280');
  });

  test.each([
    ['notes.jpg', Buffer.from('this is no picture'), /no picture.*Choose a photo/],
    ['cut.png', undefined, /cannot be decoded.*Copy or download the file again/],
    ['wall.png', null, /expected a face, got none found.*Choose a photo that shows a face/],
  ])('%s: one message that says what to do', async (name, content, message) => {
    const file = join(folder, name);
    const whole = await sharp(target).png().toBuffer();
    const wall = await sharp({ create: { width: 300, height: 300, channels: 3, background: '#777777' } }).png().toBuffer();
    writeFileSync(file, content ?? (content === null ? wall : whole.subarray(0, whole.length / 3)));
    await page.setInputFiles('[data-testid=file-second]', file);
    await expect.poll(() => page.textContent('[data-testid=place-second] [role=alert]', { timeout: 60_000 })).toMatch(message);
    expect(await page.locator('[role=alert]').count()).toBe(1);
    if (content === null) await screenshot(page, 'no-face-1280');
    await page.click('[data-testid=place-second] >> text=Remove');
  });

  test('a drawing can be cancelled and drawn again', async () => {
    const large = join(folder, 'large.png');
    await sharp(target).resize(1600).png({ compressionLevel: 1 }).toFile(large);
    await page.setInputFiles('[data-testid=file-target]', large);
    await page.click('text=Cancel');
    await page.waitForSelector('text=Cancelled.');
    await waitUntilReady(page);
    await page.click('text=Draw again');
    await choosePhoto(page, 'target', target);
    await expectLike((await download(page)).path, (await reference.swap(await photos().then((given) => ({ target: given.target, source: given.first })))).image, 'after a cancel');
  });

  test('asks no other origin for anything, and the browser would not let it', async () => {
    expect(requests.filter((url) => !url.startsWith(address))).toEqual([]);
    expect(requests.length).toBeGreaterThan(10);
    const refused = await page.evaluate(async () => {
      const violation = new Promise<string>((resolve) =>
        document.addEventListener('securitypolicyviolation', (event) => resolve(event.violatedDirective), { once: true }),
      );
      await fetch('https://example.com/').catch(() => undefined);
      return violation;
    });
    expect(refused).toBe('connect-src');
  });

  test('works without a network after the first load', async () => {
    await context.setOffline(true);
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeAllConnections();
    });
    await page.reload();
    await waitUntilReady(page);
    await choosePhoto(page, 'target', target);
    await choosePhoto(page, 'first', first);
    const given = await photos();
    await expectLike((await download(page)).path, (await reference.swap({ target: given.target, source: given.first })).image, 'offline');
    await screenshot(page, 'offline-1280');
  });

  test('a host without our headers: the service worker isolates the page, in any folder', async () => {
    const poor = staticServer(folder, {});
    const poorContext = await browser.newContext();
    const poorPage = await poorContext.newPage();
    await openPlayground(poorPage, `http://localhost:${await listen(poor, 0)}/dist/`);
    expect(await poorPage.evaluate(() => crossOriginIsolated)).toBe(true);
    await poorContext.close();
    poor.close();
    poor.closeAllConnections();
  });

  test('nothing was complained about in the console', () => {
    const expected = /example\.com|violates the following Content Security Policy/;
    expect(messages.filter((message) => !expected.test(message))).toEqual([]);
  });
});
