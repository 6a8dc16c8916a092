/** Where the landmarks of a posed head are in its picture. */
import { landmarkPositions, morphVertices, movePoints, projectPerspective } from '@mfim/face3d';
import type { FaceShape, HeadModel, PerspectiveCamera, RigidMotion } from '@mfim/face3d';

/** A head before a camera. */
export interface PosedHead {
  readonly shape: FaceShape;
  readonly motion: RigidMotion;
  readonly camera: PerspectiveCamera;
}

/** [landmarks, 2], x and y in pixels. */
export function headLandmarks({ basis }: HeadModel, { shape, motion, camera }: PosedHead): Float64Array {
  return projectPerspective(movePoints(landmarkPositions(morphVertices(basis, shape), basis.landmarks), motion), camera);
}
