/** The camera that is assumed where a photo does not say: a portrait lens, as Deep3DFaceRecon has it (focal length 1015 for 224 pixels). */
import type { PerspectiveCamera } from './perspective.ts';

const FOCAL_SHARE = 1015 / 224;

/** @param size of the picture in pixels; the longer side counts */
export function portraitCamera({ width, height }: { readonly width: number; readonly height: number }): PerspectiveCamera {
  return { focal: FOCAL_SHARE * Math.max(width, height), centre: [width / 2, height / 2] };
}
