/**
 * Who is swapped and mixed in the demo: numbers of portraits in the npm package `fake-avatars`
 * (256x256, drawn by a StyleGAN2; these people do not exist). All adults.
 */
import { packageFile } from '../package-file.ts';

/** One swap. */
export interface PlannedSwap {
  readonly source: number;
  readonly target: number;
}

/** One mix. */
export interface PlannedMix {
  readonly sources: readonly number[];
  readonly target: number;
  readonly preset: 'average' | 'global+local';
}

/** The swaps, in the order of the sheet. */
export const DEMO_SWAPS: readonly PlannedSwap[] = [
  { source: 18, target: 51 },
  { source: 10, target: 25 },
  { source: 45, target: 34 },
  { source: 27, target: 42 },
  { source: 1, target: 24 },
  { source: 52, target: 4 },
];

/** The mixes, in the order of the sheet. */
export const DEMO_MIXES: readonly PlannedMix[] = [
  { sources: [14, 55], target: 44, preset: 'average' },
  { sources: [18, 61], target: 63, preset: 'global+local' },
];

/** The file of a portrait. */
export function portraitPath(number: number): string {
  return packageFile('fake-avatars/package.json', `avatars/png/${number}.png`);
}
