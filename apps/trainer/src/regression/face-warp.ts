/**
 * A face a little larger, shifted and turned, read from an image of any size as the regressor's crop, and its labels moved with it:
 * turning the picture rolls the head, enlarging it multiplies the scale. Both are exact for a camera whose axis goes through the
 * face's centre, as that of rendered heads does.
 */
import { FACE_CENTRE, composeRotations, elementaryRotation, mirrorRotation, movePoints } from '@mfim/face3d';
import type { HeadMirror, RotationMatrix } from '@mfim/face3d';
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

/** Labels of the mirrored picture; exact where the model is symmetric. @param size side of the labelled image in pixels */
export function mirrorLabels({ identitySigns, expressionOrder, landmarkOrder }: HeadMirror, labels: FaceGeometry, size: number): FaceGeometry {
  const { identity, expression, rotation, translation, focal, centre, landmarks } = labels;
  return {
    identity: identity.map((value, mode) => identitySigns[mode]! * value),
    expression: expressionOrder.map((other) => expression[other]!),
    rotation: [...mirrorRotation(Float64Array.from(rotation))],
    translation: [-translation[0]!, translation[1]!, translation[2]!],
    focal,
    centre: [size - centre[0]!, centre[1]!],
    landmarks: landmarkOrder.flatMap((other) => [size - landmarks[other * 2]!, landmarks[other * 2 + 1]!]),
  };
}

/** A picture, bytes [size, size, 3]. */
export interface SquarePicture {
  readonly pixels: Uint8Array;
  readonly size: number;
}

/** Its mirror image. */
export function mirrorPicture({ pixels, size }: SquarePicture): SquarePicture {
  const mirrored = new Uint8Array(pixels.length);
  for (let at = 0; at < pixels.length; at += 3) {
    const column = (at / 3) % size;
    mirrored.set(pixels.subarray(at, at + 3), at + 3 * (size - 1 - 2 * column));
  }
  return { pixels: mirrored, size };
}

/** Adds what is at a place, in shares of the picture, to three sums; bilinear, the border's pixels go on outside. */
function sampler({ pixels, size }: SquarePicture, sums: Float64Array): (x: number, y: number) => void {
  const [last, line] = [size - 1, size * 3];
  return (x, y) => {
    const right = Math.min(last, Math.max(0, x * size - MIDDLE));
    const down = Math.min(last, Math.max(0, y * size - MIDDLE));
    const column = Math.min(size - 2, Math.floor(right));
    const row = Math.min(size - 2, Math.floor(down));
    const across = right - column;
    const below = down - row;
    const start = row * line + column * 3;
    for (let channel = 0; channel < 3; channel += 1) {
      const at = start + channel;
      const upper = pixels[at]! * (1 - across) + pixels[at + 3]! * across;
      const lower = pixels[at + line]! * (1 - across) + pixels[at + line + 3]! * across;
      sums[channel]! += upper * (1 - below) + lower * below;
    }
  };
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
  // Where each sample of a row or a column is, before it is turned.
  const places = (centre: number, shift: number): Float64Array => {
    const at = (sample: number): number => Math.floor(sample / samples) + ((sample % samples) + MIDDLE) / samples;
    return Float64Array.from({ length: input * samples }, (_, sample) => centre + side * (at(sample) / input - MIDDLE) - MIDDLE - shift);
  };
  const [columns, rows] = [places(centreX, warp.shift[0]), places(centreY, warp.shift[1])];
  const crop = new Float32Array(input * input * 3);
  const sums = new Float64Array(3);
  const add = sampler(picture, sums);
  const count = samples ** 2;
  for (let pixel = 0; pixel < input * input; pixel += 1) {
    const row = Math.floor(pixel / input);
    const column = pixel - row * input;
    for (let sample = 0; sample < count; sample += 1) {
      const below = Math.floor(sample / samples);
      const x = columns[column * samples + sample - below * samples]!;
      const y = rows[row * samples + below]!;
      add(MIDDLE + cosine * x + sine * y, MIDDLE - sine * x + cosine * y);
    }
    for (let channel = 0; channel < 3; channel += 1) {
      crop[pixel * 3 + channel] = sums[channel]! / count;
      sums[channel] = 0;
    }
  }
  return crop;
}
