/** Points in photo pixels: x to the right, y down, (0, 0) the centre of the first pixel. */

/** A position in a photo. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** `first + second * scale`. */
export function addScaled(first: Point, second: Point, scale: number): Point {
  return { x: first.x + second.x * scale, y: first.y + second.y * scale };
}

/** The mean of some points. */
export function meanPoint(points: readonly Point[]): Point {
  let x = 0;
  let y = 0;
  for (const point of points) {
    x += point.x;
    y += point.y;
  }
  return { x: x / points.length, y: y / points.length };
}
