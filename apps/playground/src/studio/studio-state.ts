/** Everything that the page shows, as plain values. */
import type { PresetName } from '@mfim/id-mixing';
import type { Drawing, EngineReport, FoundFaces, PhotoFile } from '../engine/engine-contract.ts';
import type { Problem } from '../engine/problem.ts';

/** The places for photos: whose photo is changed, and who gives the new face. */
export const PLACES = ['target', 'first', 'second'] as const;

/** One of them. */
export type Place = (typeof PLACES)[number];

/** A photo in its place. */
export interface PlacedPhoto {
  readonly photo: PhotoFile;
  /** Object URL of the photo. */
  readonly url: string;
  /** Absent while the engine looks for faces. */
  readonly found?: FoundFaces;
  /** Object URLs of the faces' thumbnails. */
  readonly thumbnails: readonly string[];
  /** The chosen face. */
  readonly face: number;
  readonly problem?: Problem;
}

/** How far the engine is. */
export type EngineState =
  | { readonly phase: 'starting'; readonly message: string }
  | { readonly phase: 'ready'; readonly report: EngineReport }
  | { readonly phase: 'failed'; readonly problem: Problem };

/** The sliders. */
export interface MixSettings {
  /** 0: the new face alone; 1: the second face alone. */
  readonly balance: number;
  readonly strength: number;
  /** Takes the place of the balance. */
  readonly preset?: PresetName;
}

/** A drawing, and of what. */
export interface StudioResult {
  readonly drawing: Drawing;
  /** Object URL of the photo before. */
  readonly before: string;
  readonly fileName: string;
  readonly milliseconds: number;
}

/** The whole. */
export interface StudioState {
  readonly engine: EngineState;
  readonly photos: Readonly<Partial<Record<Place, PlacedPhoto>>>;
  /** Where the next example goes. */
  readonly nextPlace: Place;
  readonly mix: MixSettings;
  readonly result?: StudioResult;
  readonly drawing: boolean;
  /** The reader ended a drawing; it is not begun again until something changes. */
  readonly cancelled: boolean;
  readonly problem?: Problem;
  /** Whether everything is kept for use without a network. */
  readonly offline: boolean;
}

/** The state before anything happened. */
export const FIRST_STATE: StudioState = {
  engine: { phase: 'starting', message: 'Starting' },
  photos: {},
  nextPlace: 'target',
  mix: { balance: 0.5, strength: 1 },
  drawing: false,
  cancelled: false,
  offline: false,
};

/** The photos of those who give the new face, in order. */
export function sourcesOf({ photos }: StudioState): readonly PlacedPhoto[] {
  return [photos.first, photos.second].filter((photo) => photo !== undefined);
}

/** Whether everybody needed is there and has a face. */
export function isDrawable(state: StudioState): boolean {
  const everybody = [state.photos.target, ...sourcesOf(state)];
  return everybody.length > 1 && everybody.every((photo) => photo?.found !== undefined);
}
