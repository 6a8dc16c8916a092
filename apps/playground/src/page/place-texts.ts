/** What the places for photos are called. */
import type { Place } from '../studio/studio-state.ts';

/** A place's words. */
export interface PlaceTexts {
  readonly title: string;
  readonly hint: string;
}

/** By place. */
export const PLACE_TEXTS: Readonly<Record<Place, PlaceTexts>> = {
  target: { title: 'Photo to change', hint: 'Keeps its pose and expression' },
  first: { title: 'New face', hint: 'Gives the identity' },
  second: { title: 'Second face', hint: 'Optional, for a mix of two' },
};
