/**
 * The points of MediaPipe's face mesh as landmarks of ICT-FaceKit's head: 468 on the skin, and where there are 478 the middles of both
 * pupils too (the eight on the rims of the irises are left out). How much a point counts follows from how far off the network puts it.
 */
import { ShapeError } from '@mfim/tensor-contracts';
import type { MorphableBasis } from '@mfim/tensor-contracts';
import { landmarkBasis } from '../mesh/landmark-basis.ts';
import { landmarksAtVertices } from '../mesh/landmark-positions.ts';
import { MEDIAPIPE_MISSES, MEDIAPIPE_VERTICES, PUPIL_VERTICES } from './mediapipe-vertices.ts';

/** What `fitLandmarks` needs for a face whose mesh was found. */
export interface MediapipeLandmarks {
  /** Of the points that count, alone. */
  readonly basis: MorphableBasis;
  readonly weights: Float64Array;
  /** The points that count out of MediaPipe's, [points, 2 or 3] to [landmarks, 2]. */
  pick(points: ArrayLike<number>, width: 2 | 3): Float64Array;
}

const SKIN_POINTS = 468;
const ALL_POINTS = 478;
/** MediaPipe's middles of the person's right and left iris. */
const PUPIL_POINTS = [468, 473] as const;
/** Points that the network misses by less, in thousandths of the span, count fully. */
const SMALL_MISS = 25;

/**
 * @param basis of ICT-FaceKit's head, whole
 * @param count of the points that there are: 468, or 478 with the irises
 */
export function mediapipeLandmarks(basis: MorphableBasis, count: 468 | 478): MediapipeLandmarks {
  const withPupils = count === ALL_POINTS;
  const indices = [...MEDIAPIPE_VERTICES.keys(), ...(withPupils ? PUPIL_POINTS : [])];
  const embedding = landmarksAtVertices([...MEDIAPIPE_VERTICES, ...(withPupils ? PUPIL_VERTICES : [])]);
  return {
    basis: landmarkBasis(basis, embedding),
    weights: Float64Array.from(indices, (point) => (point < SKIN_POINTS ? Math.min(1, SMALL_MISS / MEDIAPIPE_MISSES[point]!) : 1)),
    pick(points, width) {
      if (points.length !== count * width) {
        throw new ShapeError({ where: 'mediapipeLandmarks', expected: `${count} points of ${width} numbers`, got: `${points.length} numbers`, remedy: 'pass the mesh as the network gave it' });
      }
      return Float64Array.from(indices.flatMap((point) => [points[point * width]!, points[point * width + 1]!]));
    },
  };
}
