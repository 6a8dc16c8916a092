/**
 * From an FFHQ-aligned face to what the open face regressor reads: one square for all faces. It is centred, so that a mirrored
 * image gives the mirrored crop, and holds forehead to chin and, of a head in profile, the nose and the ear.
 */
import type { CropFraming } from '@mfim/nn';
import { squareFraming } from './square-framing.ts';

/** In shares of the FFHQ-aligned image; the eyes are at 0.48 of its height, the mouth at 0.69. */
export const OPEN_FACE_SQUARE = { centreX: 0.5, centreY: 0.57, side: 0.8 } as const;

/**
 * The framing for `fixedCrop`; keep it.
 *
 * @param input side of the crop in pixels
 */
export function openFaceFraming(input: number): CropFraming {
  return squareFraming(OPEN_FACE_SQUARE, input);
}
