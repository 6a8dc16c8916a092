/** Faces that the regressor really saw, and the error when there is none: profiles beyond what it knows, hidden faces, what is no face. */
import { FaceError } from '@mfim/tensor-contracts';
import type { FaceReading } from './face-network.ts';

/** Of the faces of one photo. */
export interface SortedFaces {
  readonly confident: readonly FaceReading[];
  /** Not to be drawn, nor believed. */
  readonly doubtful: readonly FaceReading[];
}

const PERCENT = 100;

/** `0.21, its landmarks are expected to be off by 19 % of the distance between the eyes` */
export function describeDoubt({ confidence, deviation }: Pick<FaceReading, 'confidence' | 'deviation'>): string {
  return `${confidence.toFixed(2)}, its landmarks are expected to be off by ${(PERCENT * deviation).toFixed(0)} % of the distance between the eyes`;
}

/**
 * @param least what is still accepted, 0 to 1
 * @param photo its name, for the message
 * @throws FaceError when none is accepted
 */
export function confidentFaces(readings: readonly FaceReading[], least: number, photo: string): SortedFaces {
  const confident = readings.filter(({ confidence }) => confidence >= least);
  const doubtful = readings.filter((reading) => !confident.includes(reading));
  if (confident.length > 0) return { confident, doubtful };
  throw new FaceError({
    where: photo,
    expected: `a face that is read with a confidence of ${least} or more`,
    got: doubtful.map((reading) => `face ${reading.face.index}: ${describeDoubt(reading)}`).join('; '),
    remedy: 'choose a photo that shows the face from the front, whole, sharp and not hidden, or accept less with --least-confidence',
  });
}
