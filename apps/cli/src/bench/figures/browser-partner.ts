/** The same bundle's generator in Chromium, in a process that waits for its turn (tools/benchmarks/README.md). */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { converse } from '@mfim/benchmarks';
import { findChromium } from '../../find-chromium.ts';
import { repositoryRoot } from '../../repository-root.ts';

/** A page that is ready to draw. */
export interface BrowserPartner {
  /** `Chromium 140.0, wasm, 2 threads`. */
  readonly description: string;
  /** Milliseconds in networks of one image. */
  run(): Promise<number>;
  stop(): Promise<void>;
}

/** A partner, or why there is none. */
export type BrowserSearch = { readonly partner: BrowserPartner } | { readonly reason: string };

/** @param folder holds the bundle */
export async function openBrowserPartner(folder: string, environment: Readonly<Record<string, string | undefined>>): Promise<BrowserSearch> {
  const chromium = findChromium(environment);
  if (chromium === undefined) return { reason: 'no Chromium; install it (Debian: apt-get install chromium) or set CHROMIUM' };
  const script = join(repositoryRoot() ?? '', 'tools', 'benchmarks', 'browser-generator.js');
  if (!existsSync(script)) return { reason: 'tools/benchmarks/browser-generator.js is not here: it comes with a source checkout' };
  try {
    const { hello, ask, stop } = await converse({ name: 'browser-generator.js', command: process.execPath, options: [...process.execArgv, script, '--bundle', folder, '--chromium', chromium] });
    const description = `${String(hello['browser'])}, ${String(hello['provider'])}, ${String(hello['threads'])} threads`;
    return { partner: { description, run: async () => Number((await ask('run'))['milliseconds']), stop } };
  } catch (error) {
    return { reason: error instanceof Error ? error.message : String(error) };
  }
}
