/** One square of every FFHQ-aligned image, as a regressor wants to see faces, without a detector. */
import { FRAMING_SIZE } from '@mfim/nn';
import type { CropFraming } from '@mfim/nn';

/** In shares of the FFHQ-aligned image; it may reach over the border, whose pixels continue there. */
export interface FramedSquare {
  readonly centreX: number;
  readonly centreY: number;
  readonly side: number;
}

/**
 * The crop of a square. Pixel centres are at whole numbers: pixel 0 of the crop covers the first part of the square.
 *
 * @param size side of the crop in pixels
 */
export function squareFraming({ centreX, centreY, side }: FramedSquare, size: number): CropFraming {
  const shift = (centre: number): number => ((0.5 / FRAMING_SIZE - (centre - side / 2)) * size) / side - 0.5;
  return { size, scale: size / (FRAMING_SIZE * side), shift: [shift(centreX), shift(centreY)] };
}
