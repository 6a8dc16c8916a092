/**
 * What a file of weights must be: by the manifest, or else by what was obtained first under its name (trust on first use).
 */
import { InputError } from '@mfim/tensor-contracts';
import type { StoredVersion } from './store/weight-store.ts';
import type { WeightsEntry } from './weights-entry.ts';

/** What is known beforehand, and from whom. */
export interface ContentPin {
  readonly bytes?: number;
  readonly sha256?: string;
  readonly trust: StoredVersion['trust'];
}

/** A complete file that is not yet in the cache. */
export interface Arrival {
  readonly file: string;
  /** An address, or the name of a file. */
  readonly from: string;
  readonly bytes: number;
  readonly sha256: string;
}

/** @param pinned what the cache holds under this name, unless a new version is wanted */
export function pinOf(entry: WeightsEntry, pinned: StoredVersion | undefined): ContentPin {
  const bytes = entry.bytes === undefined ? {} : { bytes: entry.bytes };
  if (entry.sha256 !== undefined) return { ...bytes, sha256: entry.sha256, trust: 'manifest' };
  if (pinned === undefined) return { ...bytes, trust: 'first use' };
  return { bytes: pinned.bytes, sha256: pinned.sha256, trust: 'first use' };
}

/** @throws InputError for a file that is not what it must be */
export function checkContent(entry: WeightsEntry, pin: ContentPin, { from, bytes, sha256 }: Arrival): void {
  const refuse = (expected: string, got: string): never => {
    const hint = pin.trust === 'first use' && pin.sha256 !== undefined ? '; if the project published a new version that you trust, take it with --update' : '';
    throw new InputError({ where: `${entry.name} from ${from}`, expected, got, remedy: `do not use this file; the project offers the right one at ${entry.page}${hint}` });
  };
  if (pin.bytes !== undefined && bytes !== pin.bytes) refuse(`${pin.bytes} bytes`, `${bytes}`);
  if (pin.sha256 !== undefined && sha256 !== pin.sha256) refuse(`sha256 ${pin.sha256}`, sha256);
  if (entry.sha256Start !== undefined && !sha256.startsWith(entry.sha256Start)) refuse(`a sha256 that begins with ${entry.sha256Start}`, sha256);
}

/** Whose word the sum of a checked file has, as the end of a sentence. */
export function describeTrust({ sha256Start }: WeightsEntry, pin: ContentPin): string {
  if (pin.trust === 'manifest') return ' as the manifest says';
  if (pin.sha256 !== undefined) return ', the same as at first';
  const start = sha256Start === undefined ? '' : ` and begins with ${sha256Start}, as the project says`;
  return `. Nobody vouches for this sum: it is trusted because it came first${start}; every later file must have it`;
}
