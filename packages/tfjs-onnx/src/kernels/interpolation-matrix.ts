/**
 * The matrix by which a resize acts along one axis: output = matrix . input.
 */

/** How outputs between inputs are found. */
export type Interpolation = 'linear' | 'nearest';

/** A resize along one axis. */
export interface AxisResize {
  readonly from: number;
  readonly to: number;
  readonly interpolation: Interpolation;
  readonly alignCorners: boolean;
  readonly halfPixelCenters: boolean;
}

function sourcePosition({ from, to, interpolation, alignCorners, halfPixelCenters }: AxisResize, position: number): number {
  if (alignCorners) return to > 1 ? (position * (from - 1)) / (to - 1) : 0;
  const scale = from / to;
  if (!halfPixelCenters) return position * scale;
  return interpolation === 'linear' ? (position + 0.5) * scale - 0.5 : (position + 0.5) * scale;
}

function weights(resize: AxisResize, position: number): [index: number, weight: number][] {
  const last = resize.from - 1;
  const inside = (index: number): number => Math.min(Math.max(index, 0), last);
  const source = sourcePosition(resize, position);
  if (resize.interpolation === 'nearest') return [[inside(resize.alignCorners ? Math.round(source) : Math.floor(source)), 1]];
  const below = Math.floor(source);
  return [
    [inside(below), 1 - (source - below)],
    [inside(below + 1), source - below],
  ];
}

/** The matrix [to, from], or its transpose [from, to], row major. */
export function interpolationMatrix(resize: AxisResize, transposed: boolean): Float32Array {
  const { from, to } = resize;
  const matrix = new Float32Array(from * to);
  for (let position = 0; position < to; position += 1) {
    for (const [index, weight] of weights(resize, position)) {
      const offset = transposed ? index * to + position : position * from + index;
      matrix[offset] = (matrix[offset] ?? 0) + weight;
    }
  }
  return matrix;
}
