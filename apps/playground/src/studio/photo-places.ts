/** Photos come into their places, are searched for faces, and leave. */
import { EngineEnded, EngineFailure } from '../engine/engine-client.ts';
import type { FoundFaces } from '../engine/engine-contract.ts';
import { problemOf } from '../engine/problem.ts';
import type { Problem } from '../engine/problem.ts';
import { PLACES } from './studio-state.ts';
import type { Place, PlacedPhoto, StudioState } from './studio-state.ts';
import type { Store } from './store.ts';

/** The message of anything that the engine's client throws. */
export function failureOf(error: unknown): Problem {
  return error instanceof EngineFailure ? error.problem : problemOf(error);
}

let count = 0;

/** A photo that was chosen and not searched yet. */
export function placedPhoto(bytes: Blob, name: string): PlacedPhoto {
  count += 1;
  return { photo: { id: `photo-${count}`, name, bytes }, url: URL.createObjectURL(bytes), thumbnails: [], face: 0 };
}

/** The page may still be loading a picture that was just replaced. */
const GRACE_MILLISECONDS = 60_000;

/** Gives back the memory of its object URLs, a while later. */
export function dropPhoto({ url, thumbnails }: PlacedPhoto): void {
  setTimeout(() => {
    for (const address of [url, ...thumbnails]) URL.revokeObjectURL(address);
  }, GRACE_MILLISECONDS);
}

/** Where the next example goes: the first empty place; with all filled, where it went before. */
export function nextPlace(photos: StudioState['photos'], current: Place): Place {
  return PLACES.find((where) => photos[where] === undefined) ?? current;
}

/** Puts another value into a place; without one the place is emptied. */
export function place(store: Store<StudioState>, where: Place, photo: PlacedPhoto | undefined): void {
  const { [where]: _before, ...others } = store.get().photos;
  const photos = photo === undefined ? others : { ...others, [where]: photo };
  store.set({ photos, problem: undefined, cancelled: false });
}

/** Searches a placed photo, unless it was replaced in the meantime. */
export async function searchPhoto(
  store: Store<StudioState>,
  where: Place,
  find: (photo: PlacedPhoto['photo']) => Promise<FoundFaces>,
): Promise<void> {
  const placed = store.get().photos[where];
  if (placed === undefined) return;
  const isThere = (): boolean => store.get().photos[where]?.photo.id === placed.photo.id;
  try {
    const found = await find(placed.photo);
    if (!isThere()) return;
    const thumbnails = found.thumbnails.map((thumbnail) => URL.createObjectURL(thumbnail));
    place(store, where, { ...placed, found, thumbnails });
  } catch (error) {
    if (error instanceof EngineEnded || !isThere()) return;
    place(store, where, { ...placed, problem: failureOf(error) });
  }
}
