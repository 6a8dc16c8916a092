/**
 * Finds all faces of a photo and their landmarks. The networks come from outside (`readFaceNetworks`
 * in Node, or bytes that the browser fetched) and run on any `InferenceRuntime`.
 */
import { InputError } from '@mfim/tensor-contracts';
import type { ByteImage, InferenceRuntime, InferenceSession } from '@mfim/tensor-contracts';
import { boxArea } from './box.ts';
import type { Box } from './box.ts';
import { findLandmarks } from './face-landmarks.ts';
import type { Face } from './face.ts';
import { rotateQuarter, turnBack } from './rotate-quarter.ts';
import type { QuarterTurns } from './rotate-quarter.ts';
import { searchPhoto } from './search-photo.ts';
import { suppressOverlaps } from './suppress-overlaps.ts';
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
  /** Boxes with a lower score are dropped; 0 to 1, default 0.5. */
  readonly minimumScore?: number;
}

interface Finder {
  readonly detector: InferenceSession;
  readonly landmarks: InferenceSession;
  readonly minimumScore: number;
}

const DEFAULT_SCORE = 0.5;
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

/** A face before it has its place in the list. */
interface Candidate extends Omit<Face, 'index'> {
  readonly clear: boolean;
}

async function findAt(finder: Finder, photo: ByteImage, turns: QuarterTurns): Promise<readonly Candidate[]> {
  const turned = rotateQuarter(photo, turns);
  const faces: Candidate[] = [];
  const scene = { session: finder.detector, photo: turned, minimumScore: finder.minimumScore };
  for (const { box, score } of await searchPhoto(scene, turns === 0)) {
    const { landmarks, clear } = await findLandmarks({ session: finder.landmarks, photo: turned }, box);
    faces.push({
      box: turnBoxBack(box, turns, photo),
      score,
      landmarks: landmarks.map((point) => turnBack(point, turns, photo)),
      clear,
    });
  }
  return faces;
}

/** Of two boxes of one face, the one whose landmarks are clear stays; then the one with the better score. */
function mergeFaces(faces: readonly Candidate[]): readonly Candidate[] {
  const ranked = faces.map((face) => ({ ...face, face, score: face.score + (face.clear ? 1 : 0) }));
  return suppressOverlaps(ranked).map(({ face }) => face);
}

/** Searches the photo as it is; where that gives no clear face, also lying on its sides and upside down. */
async function findFaces(finder: Finder, photo: ByteImage): Promise<readonly Face[]> {
  let found: readonly Candidate[] = [];
  for (const turns of TURNS) {
    found = mergeFaces([...found, ...(await findAt(finder, photo, turns))]);
    if (found.some(({ clear }) => clear)) break;
  }
  const sorted = found.toSorted((first, second) => boxArea(second.box) - boxArea(first.box));
  return sorted.map(({ box, score, landmarks }, index) => ({ index, box, score, landmarks }));
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
