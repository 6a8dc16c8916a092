/** From what the page shows to what the engine is asked. */
import { MIX_PRESETS } from '@mfim/id-mixing';
import type { DrawOrder, FaceChoice } from '../engine/engine-contract.ts';
import { sourcesOf } from './studio-state.ts';
import type { PlacedPhoto, StudioState } from './studio-state.ts';

function sourceWeights(count: number, balance: number): readonly number[] {
  return count === 1 ? [1] : [1 - balance, balance];
}

function choice({ photo, face }: PlacedPhoto): FaceChoice {
  return { photo, face };
}

/** The order; `undefined` while a photo is missing. */
export function drawOrder(state: StudioState): DrawOrder | undefined {
  const { target } = state.photos;
  const sources = sourcesOf(state);
  if (target === undefined || sources.length === 0) return undefined;
  const weights = sourceWeights(sources.length, state.mix.balance);
  const preset = MIX_PRESETS.find(({ name, fewestSources }) => name === state.mix.preset && fewestSources <= sources.length);
  return {
    target: choice(target),
    sources: sources.map((source, index) => ({ ...choice(source), weight: weights[index] ?? 0 })),
    strength: state.mix.strength,
    ...(preset === undefined ? {} : { preset: preset.name }),
  };
}

/** A name for the saved picture: `anna.jpg` -> `anna-swapped.png`. */
export function savedName(photoName: string): string {
  return `${photoName.replace(/\.[^.]*$/, '') || 'photo'}-swapped.png`;
}
