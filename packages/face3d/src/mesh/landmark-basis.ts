/** A model of the landmarks alone: they are weighted sums of vertices, so they are linear in the coefficients as well. */
import type { LandmarkEmbedding, MorphableBasis } from '@mfim/tensor-contracts';
import { landmarkPositions, landmarksAtVertices } from './landmark-positions.ts';

function landmarkModes(modes: Float32Array, width: number, landmarks: LandmarkEmbedding): Float32Array {
  const count = modes.length / width;
  const rows = Array.from({ length: count }, (_, mode) => landmarkPositions(modes.subarray(mode * width, (mode + 1) * width), landmarks));
  return Float32Array.from(rows.flatMap((row) => [...row]));
}

/**
 * @param landmarks by default the basis's own 68
 * @returns a basis whose vertices are the landmarks, in their order, without triangles
 */
export function landmarkBasis(basis: MorphableBasis, landmarks: LandmarkEmbedding = basis.landmarks): MorphableBasis {
  const width = basis.mean.length;
  return {
    name: `${basis.name}, landmarks`,
    mean: Float32Array.from(landmarkPositions(basis.mean, landmarks)),
    identity: landmarkModes(basis.identity, width, landmarks),
    expression: landmarkModes(basis.expression, width, landmarks),
    triangles: new Int32Array(),
    landmarks: landmarksAtVertices(Array.from({ length: landmarks.weights.length / 3 }, (_, index) => index)),
    millimetresPerUnit: basis.millimetresPerUnit,
  };
}
