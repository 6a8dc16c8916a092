/** How large a face is in its photo. */
import { ffhqQuad } from '@mfim/faces';
import type { Point } from '@mfim/faces';

/** Side of the FFHQ crop in pixels of the photo. @param landmarks 68 points */
export function ffhqSide(landmarks: readonly Point[]): number {
  const { topLeft, topRight } = ffhqQuad(landmarks);
  return Math.hypot(topRight.x - topLeft.x, topRight.y - topLeft.y);
}
