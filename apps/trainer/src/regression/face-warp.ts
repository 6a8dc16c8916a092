/**
 * A face a little larger, shifted and turned, read from an image of any size as the regressor's crop, and its labels moved with it:
 * turning the picture rolls the head, enlarging it multiplies the scale. Both are exact for a camera whose axis goes through the
 * face's centre, as that of rendered heads does.
 */
import { FACE_CENTRE, composeRotations, elementaryRotation, movePoints } from '@mfim/face3d';
import type { RotationMatrix } from '@mfim/face3d';
import { OPEN_FACE_SQUARE } from '@mfim/losses-3dmm';
import type { FaceLabels } from '../synthesis/face-labels.ts';

/** What is used of labels, rendered or fitted ones. */
export type FaceGeometry = Pick<FaceLabels, 'identity' | 'expression' | 'rotation' | 'translation' | 'focal' | 'centre' | 'landmarks'>;

/** Image point q of p, both in shares of the image: q = middle + factor * turn (p - middle) + shift, clockwise as one looks at it. */
export interface FaceWarp {
  readonly factor: number;
  /** Radians. */
  readonly turn: number;
  readonly shift: readonly [number, number];
}

/** The image as it is. */
export const NO_WARP: FaceWarp = { factor: 1, turn: 0, shift: [0, 0] };

/** Labels in the terms of the regressor; lengths in shares of the image. */
export interface CropLabels {
  readonly identity: readonly number[];
  readonly expression: readonly number[];
  /** Row by row. */
  readonly rotation: RotationMatrix;
  readonly scale: number;
  readonly distance: number;
  /** 68 of x, y. */
  readonly landmarks: Float64Array;
}

const MIDDLE = 1 / 2;
/** Up to so many samples a pixel, one reading for each would do. */
const ENOUGH_SAMPLES = 1.2;

const along = ({ factor, turn }: FaceWarp): readonly [number, number] => [factor * Math.cos(turn), factor * Math.sin(turn)];

/** @param points of x, y, in shares of the image */
export function warpPoints(warp: FaceWarp, points: ArrayLike<number>): Float64Array {
  const [cosine, sine] = along(warp);
  return Float64Array.from({ length: points.length }, (_, at) => {
    const [x, y] = [points[at - (at % 2)]! - MIDDLE, points[at - (at % 2) + 1]! - MIDDLE];
    return MIDDLE + (at % 2 === 0 ? cosine * x - sine * y : sine * x + cosine * y) + warp.shift[at % 2]!;
  });
}

/** @param size side of the labelled image in pixels */
export function warpLabels(warp: FaceWarp, labels: FaceGeometry, size: number): CropLabels {
  const rotation = Float64Array.from(labels.rotation);
  const centre = movePoints(FACE_CENTRE, { rotation, translation: labels.translation });
  const distance = -centre[2]!;
  return {
    identity: labels.identity,
    expression: labels.expression,
    // Clockwise in the picture, whose y points down, is a negative turn about the camera's z.
    rotation: composeRotations(elementaryRotation(2, -warp.turn), rotation),
    scale: (warp.factor * labels.focal) / (distance * size),
    distance,
    landmarks: warpPoints(warp, labels.landmarks.map((value) => value / size)),
  };
}

/** A picture, bytes [size, size, 3]. */
export interface SquarePicture {
  readonly pixels: Uint8Array;
  readonly size: number;
}

/** Adds what is at a place to three sums; bilinear, the border's pixels go on outside. */
function addSample({ pixels, size }: SquarePicture, [x, y]: readonly [number, number], sums: Float64Array): void {
  const [right, down] = [Math.min(size - 1, Math.max(0, x * size - MIDDLE)), Math.min(size - 1, Math.max(0, y * size - MIDDLE))];
  const [column, row] = [Math.min(size - 2, Math.floor(right)), Math.min(size - 2, Math.floor(down))];
  const [across, below] = [right - column, down - row];
  const start = (row * size + column) * 3;
  for (let channel = 0; channel < 3; channel += 1) {
    const at = start + channel;
    const upper = pixels[at]! * (1 - across) + pixels[at + 3]! * across;
    const lower = pixels[at + size * 3]! * (1 - across) + pixels[at + size * 3 + 3]! * across;
    sums[channel]! += upper * (1 - below) + lower * below;
  }
}

/**
 * What the regressor sees of a warped picture.
 *
 * @param input side of the crop in pixels
 * @returns [input, input, 3], 0..255
 */
export function readWarped(warp: FaceWarp, picture: SquarePicture, input: number): Float32Array {
  const { centreX, centreY, side } = OPEN_FACE_SQUARE;
  const perPixel = (side * picture.size) / (input * warp.factor);
  const samples = perPixel <= ENOUGH_SAMPLES ? 1 : Math.ceil(perPixel);
  const [cosine, sine] = along(warp).map((value) => value / warp.factor ** 2) as [number, number];
  const crop = new Float32Array(input * input * 3);
  const sums = new Float64Array(3);
  for (let pixel = 0; pixel < input * input; pixel += 1) {
    sums.fill(0);
    for (let sample = 0; sample < samples * samples; sample += 1) {
      const right = (pixel % input) + ((sample % samples) + MIDDLE) / samples;
      const down = Math.floor(pixel / input) + (Math.floor(sample / samples) + MIDDLE) / samples;
      const x = centreX + side * (right / input - MIDDLE) - MIDDLE - warp.shift[0];
      const y = centreY + side * (down / input - MIDDLE) - MIDDLE - warp.shift[1];
      addSample(picture, [MIDDLE + cosine * x + sine * y, MIDDLE - sine * x + cosine * y], sums);
    }
    for (let channel = 0; channel < 3; channel += 1) crop[pixel * 3 + channel] = sums[channel]! / samples ** 2;
  }
  return crop;
}
