/** What a face finder says about one face. */
import type { Box } from './box.ts';
import type { Point } from './point.ts';

/** A face in a photo. */
export interface Face {
  /** Its place in the list: 0 is the largest face. The same photo gives the same order. */
  readonly index: number;
  /** In photo pixels; may reach over the photo's border. */
  readonly box: Box;
  /** The detector's confidence, 0 to 1. */
  readonly score: number;
  /** 68 points in photo pixels (iBUG 300-W order); those outside the photo are extrapolated. */
  readonly landmarks: readonly Point[];
}
