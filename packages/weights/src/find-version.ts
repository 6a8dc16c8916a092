/** Picks one of the versions that the cache holds. */
import { InputError } from '@mfim/tensor-contracts';
import type { StoredVersion, StoredWeights } from './store/weight-store.ts';

/**
 * @param start first digits of the SHA-256
 * @throws InputError when none or several begin so
 */
export function findVersion(stored: StoredWeights | undefined, name: string, start: string): StoredVersion {
  const versions = stored?.versions ?? [];
  const found = versions.filter(({ sha256 }) => sha256.startsWith(start));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const have = versions.map(({ sha256, obtained }) => `${sha256} of ${obtained}`).join(', ');
  throw new InputError({ where: `${name}@${start}`, expected: 'the first digits of one version in the cache', got: found.length === 0 ? 'none' : 'several', remedy: have === '' ? `run: mfim weights get ${name}` : `choose from ${have}` });
}
