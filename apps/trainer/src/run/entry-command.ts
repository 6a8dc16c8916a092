/** How another entry of this program is started as a process of its own. */
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/**
 * Node's parameters that run it: from source with tsx, or the built file beside this one.
 *
 * @param entry - path under `src` without its ending; tsup builds it under its last name
 */
export function entryCommand(entry: string): readonly string[] {
  const own = fileURLToPath(import.meta.url);
  if (!own.endsWith('.ts')) return [fileURLToPath(new URL(`${path.basename(entry)}.js`, import.meta.url))];
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  return ['--conditions=@mfim/source', '--import', tsx, fileURLToPath(new URL(`../${entry}.ts`, import.meta.url))];
}
