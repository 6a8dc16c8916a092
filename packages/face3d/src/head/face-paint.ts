/** Lips and brows on the front plane (x, y) of the mean head: lips inside a curve through landmarks, brows stroke by stroke. */
import { smoothStep } from '../render/colour.ts';
import type { RandomSource } from '../random-source.ts';
import type { BrowLook } from './head-scene.ts';

/** Shares of lip and brow at a place in centimetres, 0 to 1. */
export interface FacePaint {
  lipsAt(x: number, y: number): number;
  browsAt(x: number, y: number): number;
}

type Point = readonly [number, number];

/** First and last landmark (exclusive) of the outer lips, and of the brow on the person's left side. */
const OUTER_LIPS = [48, 60] as const;
const LEFT_BROW = [22, 27] as const;
const CURVE_STEPS = 5;
/** The colour of the lips fades over this width. */
const LIP_EDGE = 0.16;

/** A smooth closed curve through points (Catmull and Rom). */
function closedCurve(points: readonly Point[]): readonly Point[] {
  const at = (index: number): Point => points[(index + points.length) % points.length]!;
  return points.flatMap((_, index) =>
    Array.from({ length: CURVE_STEPS }, (__, step): Point => {
      const t = step / CURVE_STEPS;
      const axis = (a: 0 | 1): number => {
        const [p, q, r, s] = [at(index - 1)[a], at(index)[a], at(index + 1)[a], at(index + 2)[a]];
        return q + (t / 2) * (r - p + t * (2 * p - 5 * q + 4 * r - s + t * (3 * (q - r) + s - p)));
      };
      return [axis(0), axis(1)];
    }),
  );
}

/** Distance to the border of a polygon, above 0 inside. */
function depthInside(polygon: readonly Point[], x: number, y: number): number {
  let least = Infinity;
  let inside = false;
  for (let index = 0, before = polygon.length - 1; index < polygon.length; before = index, index += 1) {
    const [ax, ay] = polygon[before]!;
    const [bx, by] = polygon[index]!;
    if (by > y !== ay > y && x < ((ax - bx) * (y - by)) / (ay - by) + bx) inside = !inside;
    const [dx, dy] = [bx - ax, by - ay];
    const along = Math.min(1, Math.max(0, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy)));
    least = Math.min(least, (x - ax - along * dx) ** 2 + (y - ay - along * dy) ** 2);
  }
  return inside ? Math.sqrt(least) : -Math.sqrt(least);
}

/** A picture of both brows' strokes: columns over |x|, rows down from the top. */
const BROWS = { left: 0.2, right: 7.2, top: 8.4, bottom: 3.6, perCentimetre: 36 } as const;
const STROKES = 900;
const STROKE_STEPS = 16;
/** The inner end is thick, the outer a point; a brow lies under its landmarks, which mark the upper edge of the bone. */
const browWidth = (along: number): number => Math.min(1, 0.55 + along * 2.2) * (1 - 0.8 * Math.max(0, along - 0.45) / 0.55);

function browCurve(landmarks: readonly Point[], along: number): Point {
  const at = Math.min(landmarks.length - 1.001, along * (landmarks.length - 1));
  const [first, second] = [landmarks[Math.floor(at)]!, landmarks[Math.floor(at) + 1]!];
  const share = at - Math.floor(at);
  return [first[0] + share * (second[0] - first[0]), first[1] + share * (second[1] - first[1])];
}

function drawBrows(landmarks: readonly Point[], look: BrowLook, random: RandomSource): { pixels: Float32Array; columns: number; rows: number } {
  const columns = Math.ceil((BROWS.right - BROWS.left) * BROWS.perCentimetre);
  const rows = Math.ceil((BROWS.top - BROWS.bottom) * BROWS.perCentimetre);
  const pixels = new Float32Array(columns * rows);
  for (let stroke = 0; stroke < STROKES * look.density; stroke += 1) {
    const along = random.uniform() * 0.97;
    const across = (random.uniform() + random.uniform() - 1) * look.thickness * browWidth(along);
    const [x, y] = browCurve(landmarks, along);
    const lift = look.lift + look.arch * Math.exp(-(((along - 0.62) / 0.2) ** 2));
    // Hairs stand up at the inner end and lie along the brow further out; upper ones point down.
    const slope = 1.25 * (1 - along) ** 2 - 0.25 * along - (across / look.thickness) * 0.5 + 0.2 * random.normal();
    const length = 0.38 + 0.28 * random.uniform();
    for (let step = 0; step < STROKE_STEPS; step += 1) {
      const t = step / STROKE_STEPS;
      const px = x + length * t * Math.cos(slope * (1 - 0.5 * t));
      const py = y + lift + across + length * t * Math.sin(slope * (1 - 0.5 * t));
      const [column, row] = [Math.floor((px - BROWS.left) * BROWS.perCentimetre), Math.floor((BROWS.top - py) * BROWS.perCentimetre)];
      if (column < 0 || row < 0 || column >= columns || row >= rows) continue;
      const pixel = row * columns + column;
      const ink = 0.42 * (1 - 0.6 * t);
      for (const beside of [0, 1, columns]) {
        if (pixel + beside < pixels.length) pixels[pixel + beside] = Math.min(0.9, pixels[pixel + beside]! + ink * (beside === 0 ? 1 : 0.5));
      }
    }
  }
  return { pixels, columns, rows };
}

/**
 * @param landmarks [68, 3] of the mean head
 * @param random places the hairs of the brows
 */
export function facePaint(landmarks: ArrayLike<number>, look: BrowLook, random: RandomSource): FacePaint {
  const points = (from: number, to: number): Point[] => Array.from({ length: to - from }, (_, index): Point => [landmarks[(from + index) * 3]!, landmarks[(from + index) * 3 + 1]!]);
  const lips = closedCurve(points(...OUTER_LIPS));
  const [halfWidth, upper, lower] = [Math.max(...lips.map(([x]) => x)), Math.max(...lips.map(([, y]) => y)), Math.min(...lips.map(([, y]) => y))];
  const { pixels, columns, rows } = drawBrows(points(...LEFT_BROW), look, random);
  return {
    lipsAt: (x, y) => (Math.abs(x) > halfWidth + LIP_EDGE || y > upper + LIP_EDGE || y < lower - LIP_EDGE ? 0 : smoothStep(-LIP_EDGE / 2, LIP_EDGE, depthInside(lips, x, y))),
    browsAt: (x, y) => {
      const [column, row] = [(Math.abs(x) - BROWS.left) * BROWS.perCentimetre - 0.5, (BROWS.top - y) * BROWS.perCentimetre - 0.5];
      if (column < 0 || row < 0 || column >= columns - 1 || row >= rows - 1) return 0;
      const [left, top] = [Math.floor(column), Math.floor(row)];
      const [u, v] = [column - left, row - top];
      const pixel = top * columns + left;
      return (pixels[pixel]! * (1 - u) + pixels[pixel + 1]! * u) * (1 - v) + (pixels[pixel + columns]! * (1 - u) + pixels[pixel + columns + 1]! * u) * v;
    },
  };
}
