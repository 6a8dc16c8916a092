/** Upright boxes in photo pixels. */

/** An upright rectangle. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Its area in square pixels. */
export function boxArea(box: Box): number {
  return box.width * box.height;
}

/** Intersection over union, 0 (apart) to 1 (the same box). */
export function overlap(first: Box, second: Box): number {
  const width = Math.min(first.x + first.width, second.x + second.width) - Math.max(first.x, second.x);
  const height = Math.min(first.y + first.height, second.y + second.height) - Math.max(first.y, second.y);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (boxArea(first) + boxArea(second) - shared);
}
