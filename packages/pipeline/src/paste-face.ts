/** Puts a drawn face back into the photo it was cut from. */
import { pasteBack } from '@mfim/faces';
import type { PasteOptions, PasteRegion } from '@mfim/faces';
import type { ByteImage } from '@mfim/tensor-contracts';
import type { PreparedFace } from './prepare-face.ts';

/** How the face is put back; the defaults are those of `pasteBack` of `@mfim/faces`. */
export interface PasteChoice {
  /** Whether the drawn face takes over the photo's colours; default true. */
  readonly colourTransfer?: boolean | undefined;
  /** `face` (default): forehead, cheeks, chin. `crop`: all that was drawn. */
  readonly region?: PasteRegion | undefined;
  /** Width of the soft border in units of the crop's side, 0 to 0.5. */
  readonly feather?: number | undefined;
}

/** The target's photo with the drawn face in it, of the photo's size. */
export function pasteFace(target: PreparedFace, crop: ByteImage, choice: PasteChoice): ByteImage {
  const options: PasteOptions = {
    ...(choice.colourTransfer === undefined ? {} : { colourTransfer: choice.colourTransfer }),
    ...(choice.region === undefined ? {} : { region: choice.region }),
    ...(choice.feather === undefined ? {} : { feather: choice.feather }),
  };
  return pasteBack(target.photo, crop, target.chosen.landmarks, options);
}
