/** Puts a drawn face back into the photo it was cut from. */
import { pasteBack } from '@mfim/faces';
import type { ByteImage } from '@mfim/tensor-contracts';
import type { PreparedFace } from './prepare-face.ts';

/** How the face is put back. */
export interface PasteChoice {
  /** Bring the drawn face's colours to those of the target. Default: as `pasteBack` of `@mfim/faces`. */
  readonly colourTransfer?: boolean | undefined;
}

/** The target's photo with the drawn face in it, of the photo's size. */
export function pasteFace(target: PreparedFace, crop: ByteImage, { colourTransfer }: PasteChoice): ByteImage {
  const { landmarks } = target.chosen;
  return pasteBack(target.photo, crop, { landmarks, ...(colourTransfer === undefined ? {} : { colourTransfer }) });
}
