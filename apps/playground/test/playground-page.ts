/** The playground in a browser, as a visitor uses it. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { ROOT } from './find-model.ts';

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
const WAIT = 120_000;
const SCREENSHOTS = join(ROOT, 'out', 'playground');

/** Starts a browser with a fresh profile. */
export function startBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, args: ARGUMENTS });
}

/** Every address that a context asks for, blob and data addresses aside, which never leave the page. */
export function watchRequests(context: BrowserContext): readonly string[] {
  const addresses: string[] = [];
  context.on('request', (request) => {
    if (/^https?:/.test(request.url())) addresses.push(request.url());
  });
  return addresses;
}

/** Opens the page and waits until the engine is ready. */
export async function openPlayground(page: Page, address: string): Promise<void> {
  page.setDefaultTimeout(WAIT);
  await page.goto(address);
  await waitUntilReady(page);
}

/** Waits for the engine. */
export async function waitUntilReady(page: Page): Promise<void> {
  await page.waitForSelector('[data-phase=ready]');
}

/** Chooses a photo and waits until its faces were found. */
export async function choosePhoto(page: Page, place: 'target' | 'first' | 'second', file: string): Promise<void> {
  await page.setInputFiles(`[data-testid=file-${place}]`, file);
  await page.waitForSelector(`[data-testid=place-${place}] >> text=/\\d face/`);
}

/** Waits until the latest wish is drawn. */
export async function waitUntilDrawn(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const status = document.querySelector('[data-testid=drawing-status]');
    return status?.getAttribute('data-drawing') === 'false' && status.textContent === 'Drawn.';
  });
}

/** Saves the picture with the page's own button. @returns where it was saved, and under which name */
export async function download(page: Page): Promise<{ readonly path: string; readonly name: string }> {
  await waitUntilDrawn(page);
  const [saved] = await Promise.all([page.waitForEvent('download'), page.click('text=Download PNG')]);
  return { path: await saved.path(), name: saved.suggestedFilename() };
}

/** Keeps a picture of the whole page in out/playground. */
export async function screenshot(page: Page, name: string, fullPage = false): Promise<void> {
  mkdirSync(SCREENSHOTS, { recursive: true });
  await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage });
}
