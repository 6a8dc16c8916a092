/** Where weights are kept. */
import { homedir } from 'node:os';
import { join } from 'node:path';

/** `MFIM_CACHE`, else `XDG_CACHE_HOME/mfim`, else `~/.cache/mfim`. */
export function cacheFolder(environment: Readonly<Record<string, string | undefined>>): string {
  const own = environment['MFIM_CACHE'];
  if (own !== undefined && own !== '') return own;
  const shared = environment['XDG_CACHE_HOME'];
  return join(shared === undefined || shared === '' ? join(homedir(), '.cache') : shared, 'mfim');
}
