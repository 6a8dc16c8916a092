/** The head of a face that was read: its form at the origin, where it stands before the photo's camera, and its landmarks in the photo. */
import { landmarkPositions, morphVertices, movePoints, projectPerspective } from '@mfim/face3d';
import type { HeadModel } from '@mfim/face3d';
import type { FaceReading } from './face-network.ts';

/** One head; centimetres. */
export interface PosedHead {
  readonly model: HeadModel;
  /** [vertices, 3], in the head's own axes. */
  readonly form: Float64Array;
  /** [vertices, 3], in camera axes. */
  readonly placed: Float64Array;
  /** [68, 2], pixels of the photo. */
  readonly landmarks: Float64Array;
}

/** @throws InputError when the head is not in front of the camera */
export function posedHead(model: HeadModel, { identity, expression, motion, camera }: Pick<FaceReading, 'identity' | 'expression' | 'motion' | 'camera'>): PosedHead {
  const form = morphVertices(model.basis, { identity, expression });
  const points = movePoints(landmarkPositions(form, model.basis.landmarks), motion);
  return { model, form, placed: movePoints(form, motion), landmarks: projectPerspective(points, camera) };
}
