/** The page's script and style: from the built package, or bundled on the spot in a source checkout. */
import { readFile } from 'node:fs/promises';
import type { PageAssets } from './bundle-page.ts';

/** Where the build puts them, beside the program. */
export const PAGE_FILES = { script: 'status-page.js', style: 'status-page.css' } as const;

const built = (name: string): Promise<string> => readFile(new URL(name, import.meta.url), 'utf8');

/** See the file's head. */
export async function pageAssets(): Promise<PageAssets> {
  try {
    return { script: await built(PAGE_FILES.script), style: await built(PAGE_FILES.style) };
  } catch {
    const { bundlePage } = await import('./bundle-page.ts');
    return bundlePage();
  }
}
