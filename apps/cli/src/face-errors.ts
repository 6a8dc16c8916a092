/** Which faces of a photo were meant, and what to say when they are not there. */
import type { Face } from '@mfim/faces';
import { FaceError } from '@mfim/tensor-contracts';

const describe = ({ index, box }: Face): string => `${index} (${Math.round(box.width)}x${Math.round(box.height)} at ${Math.round(box.x)},${Math.round(box.y)})`;

/** @throws FaceError when there are none */
export function someFaces(found: readonly Face[], photo: string): readonly Face[] {
  if (found.length > 0) return found;
  throw new FaceError({ where: photo, expected: 'a face', got: 'none found', remedy: 'choose a photo that shows a face from the front, large enough' });
}

/**
 * @param wanted the number of a face; all when left out
 * @throws FaceError when there are none, or not that one
 */
export function chosenFaces(found: readonly Face[], photo: string, wanted?: number): readonly Face[] {
  const all = someFaces(found, photo);
  if (wanted === undefined) return all;
  const chosen = all[wanted];
  if (chosen !== undefined) return [chosen];
  throw new FaceError({ where: photo, expected: `one of the faces found: ${all.map(describe).join('; ')}`, got: `face ${wanted}`, remedy: 'choose one of these by its number with --face' });
}
