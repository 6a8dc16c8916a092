/**
 * Bundles the status page's script (with uPlot and its licence) and style. Run when the package is built; from
 * source, every time a page is written.
 */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

/** The page's script and style, each as one text. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}

const TARGET = 'es2022';

const page = (name: string): string => fileURLToPath(new URL(`page/${name}`, import.meta.url));

/** Bundles `src/status/page`. Needs the development dependencies esbuild and uplot. */
export async function bundlePage(): Promise<PageAssets> {
  const { build } = await import('esbuild');
  const library = path.dirname(path.dirname(createRequire(import.meta.url).resolve('uplot')));
  const licence = (await readFile(path.join(library, 'LICENSE'), 'utf8')).trim();
  const bundle = async (entry: string): Promise<string> => {
    const result = await build({ entryPoints: [entry], bundle: true, minify: true, write: false, format: 'iife', target: TARGET, logLevel: 'silent' });
    return (result.outputFiles[0]?.text ?? '').trim();
  };
  const banner = `/*! uPlot: ${licence.replaceAll('*/', '* /')} */\n`;
  const styles = [await bundle(path.join(library, 'dist', 'uPlot.min.css')), await bundle(page('page.css'))];
  return { script: banner + (await bundle(page('main.ts'))), style: banner + styles.join('\n') };
}
