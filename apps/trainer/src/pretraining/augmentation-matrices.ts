/**
 * The two matrices of an image's draw: where an output pixel comes from, and what becomes of a colour.
 * Both compose the draw's transformations in the reference's order. Row-major.
 */
import { multiplyMatrices } from './multiply-matrices.ts';
import type { Matrix } from './multiply-matrices.ts';
import type { ImageDraw } from './draw-augmentation.ts';

const scaling = (x: number, y: number): Matrix => [[x, 0, 0], [0, y, 0], [0, 0, 1]];
const translation = (x: number, y: number): Matrix => [[1, 0, x], [0, 1, y], [0, 0, 1]];
const rotation = (angle: number): Matrix => [[Math.cos(angle), -Math.sin(angle), 0], [Math.sin(angle), Math.cos(angle), 0], [0, 0, 1]];

/**
 * From an output pixel to the input pixel that it shows, both as (right, down) in pixels from the centre: 3x3, homogeneous.
 * It is the inverse of what happens to the image, so the first transformation stands on the left.
 *
 * @param size side of the image in pixels
 */
export function geometryMatrix(draw: ImageDraw, size: number): Matrix {
  return multiplyMatrices([
    scaling(draw.mirrored ? -1 : 1, 1),
    rotation((draw.quarterTurns * Math.PI) / 2),
    translation(-draw.pixels[0], -draw.pixels[1]),
    scaling(1 / draw.scale, 1 / draw.scale),
    rotation(draw.turnBefore),
    scaling(1 / draw.stretch, draw.stretch),
    rotation(draw.turnAfter),
    translation(-draw.shift[0] * size, -draw.shift[1] * size),
  ]);
}

/** Projection onto the grey axis (1, 1, 1) / sqrt(3): every entry is a third. */
const GREY = 1 / 3;
const SIDES = [0, 1, 2];

/** onto * grey part + off * the rest. */
function aboutGrey(onto: number, off: number): Matrix {
  const entry = (row: number, column: number): number => (row === column ? off : 0) + (onto - off) * GREY;
  return [...SIDES.map((row) => [...SIDES.map((column) => entry(row, column)), 0]), [0, 0, 0, 1]];
}

/** Rotation about the grey axis, Rodrigues' formula. */
function hueRotation(angle: number): Matrix {
  const along = (1 - Math.cos(angle)) * GREY;
  const across = Math.sin(angle) * Math.sqrt(GREY);
  const entry = (row: number, column: number): number => {
    if (row === column) return Math.cos(angle) + along;
    return (column - row + 3) % 3 === 1 ? along - across : along + across;
  };
  return [...SIDES.map((row) => [...SIDES.map((column) => entry(row, column)), 0]), [0, 0, 0, 1]];
}

/** What becomes of a colour (r, g, b, 1): 4x4, homogeneous. */
export function colourMatrix({ brightness, contrast, lumaFlipped, hue, saturation }: ImageDraw): Matrix {
  const brighter: Matrix = [[1, 0, 0, brightness], [0, 1, 0, brightness], [0, 0, 1, brightness], [0, 0, 0, 1]];
  const contrasted: Matrix = [[contrast, 0, 0, 0], [0, contrast, 0, 0], [0, 0, contrast, 0], [0, 0, 0, 1]];
  return multiplyMatrices([aboutGrey(1, saturation), hueRotation(hue), aboutGrey(lumaFlipped ? -1 : 1, 1), contrasted, brighter]);
}
