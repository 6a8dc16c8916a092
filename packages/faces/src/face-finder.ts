/**
 * Finds all faces of a photo and their landmarks. The networks come from outside (`readFaceNetworks`
 * in Node, or bytes that the browser fetched) and run on any `InferenceRuntime`.
 */
import { InputError } from '@mfim/tensor-contracts';
import type { ByteImage, InferenceRuntime, InferenceSession } from '@mfim/tensor-contracts';
import { boxArea } from './box.ts';
import type { Box } from './box.ts';
import { detect } from './detector.ts';
import { findLandmarks } from './face-landmarks.ts';
import type { Face } from './face.ts';
import type { Point } from './point.ts';
import { rotateQuarter, turnBack } from './rotate-quarter.ts';
import type { QuarterTurns } from './rotate-quarter.ts';
import { withoutAlpha } from './without-alpha.ts';

/** ONNX files of the two networks. */
export interface FaceNetworks {
  readonly detector: Uint8Array;
  readonly landmarks: Uint8Array;
}

/** Finds faces until it is released. */
export interface FaceFinder {
  /** All faces, largest first; an empty list when there are none. */
  find(photo: ByteImage): Promise<readonly Face[]>;
  release(): Promise<void>;
}

/** How to search. */
export interface FaceFinderOptions {
  /** Boxes with a lower score are dropped; 0 to 1, default 0.4. */
  readonly minimumScore?: number;
}

interface Finder {
  readonly detector: InferenceSession;
  readonly landmarks: InferenceSession;
  readonly minimumScore: number;
}

const DEFAULT_SCORE = 0.4;
/** Upright, then lying on either side, then on the head. */
const TURNS: readonly QuarterTurns[] = [0, 1, 3, 2];

function turnBoxBack(box: Box, turns: QuarterTurns, photo: ByteImage): Box {
  const first = turnBack({ x: box.x, y: box.y }, turns, photo);
  const second = turnBack({ x: box.x + box.width, y: box.y + box.height }, turns, photo);
  return {
    x: Math.min(first.x, second.x),
    y: Math.min(first.y, second.y),
    width: Math.abs(first.x - second.x),
    height: Math.abs(first.y - second.y),
  };
}

async function findAt(finder: Finder, photo: ByteImage, turns: QuarterTurns): Promise<readonly Omit<Face, 'index'>[]> {
  const turned = rotateQuarter(photo, turns);
  const faces: Omit<Face, 'index'>[] = [];
  for (const { box, score } of await detect(finder.detector, turned, finder.minimumScore)) {
    const landmarks: readonly Point[] = await findLandmarks({ session: finder.landmarks, photo: turned }, box);
    faces.push({
      box: turnBoxBack(box, turns, photo),
      score,
      landmarks: landmarks.map((point) => turnBack(point, turns, photo)),
    });
  }
  return faces;
}

async function findFaces(finder: Finder, photo: ByteImage): Promise<readonly Face[]> {
  for (const turns of TURNS) {
    const faces = await findAt(finder, photo, turns);
    if (faces.length > 0) {
      const sorted = faces.toSorted((first, second) => boxArea(second.box) - boxArea(first.box));
      return sorted.map((face, index) => ({ index, ...face }));
    }
  }
  return [];
}

function checkScore(score: number): number {
  if (score > 0 && score <= 1) return score;
  throw new InputError({
    where: 'openFaceFinder minimumScore',
    expected: 'a number above 0, at most 1',
    got: String(score),
    remedy: 'leave it out, or pass for example 0.5',
  });
}

/**
 * Opens both networks.
 *
 * @throws InputError when `minimumScore` is out of range
 */
export async function openFaceFinder(
  runtime: InferenceRuntime,
  networks: FaceNetworks,
  options: FaceFinderOptions = {},
): Promise<FaceFinder> {
  const minimumScore = checkScore(options.minimumScore ?? DEFAULT_SCORE);
  const [detector, landmarks] = await Promise.all([runtime.open(networks.detector), runtime.open(networks.landmarks)]);
  const finder = { detector, landmarks, minimumScore };
  return {
    find: (photo) => findFaces(finder, withoutAlpha(photo)),
    async release() {
      await Promise.all([detector.release(), landmarks.release()]);
    },
  };
}
