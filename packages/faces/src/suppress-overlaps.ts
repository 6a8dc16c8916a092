/**
 * Non-maximum suppression: of boxes that show the same face the best one stays. Two boxes are the
 * same face when they overlap by more than half, or when the smaller lies almost wholly in the larger.
 */
import { boxArea, overlap } from './box.ts';
import type { Box } from './box.ts';

const SAME_FACE_OVERLAP = 0.45;
const INSIDE_SHARE = 0.8;

function shareInside(first: Box, second: Box): number {
  const union = overlap(first, second);
  const areas = boxArea(first) + boxArea(second);
  const shared = (union * areas) / (1 + union);
  return shared / Math.min(boxArea(first), boxArea(second));
}

/** The detections that remain, best score first. */
export function suppressOverlaps<T extends { readonly box: Box; readonly score: number }>(detections: readonly T[]): readonly T[] {
  const kept: T[] = [];
  for (const candidate of detections.toSorted((first, second) => second.score - first.score)) {
    const repeated = kept.some(
      ({ box }) => overlap(box, candidate.box) > SAME_FACE_OVERLAP || shareInside(box, candidate.box) > INSIDE_SHARE,
    );
    if (!repeated) kept.push(candidate);
  }
  return kept;
}
