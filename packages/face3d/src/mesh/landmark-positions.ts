/** Where landmarks are on a moved mesh. */
import type { LandmarkEmbedding } from '@mfim/tensor-contracts';

/** @param vertices [vertices, 3]; @returns [landmarks, 3] */
export function landmarkPositions(vertices: ArrayLike<number>, { vertices: corners, weights }: LandmarkEmbedding): Float64Array {
  const positions = new Float64Array(corners.length);
  for (let at = 0; at < corners.length; at += 1) {
    const landmark = at - (at % 3);
    for (let axis = 0; axis < 3; axis += 1) positions[landmark + axis]! += weights[at]! * vertices[corners[at]! * 3 + axis]!;
  }
  return positions;
}

/** Landmarks that are vertices. */
export function landmarksAtVertices(indices: readonly number[]): LandmarkEmbedding {
  return {
    vertices: Int32Array.from(indices.flatMap((index) => [index, index, index])),
    weights: Float32Array.from(indices.flatMap(() => [1, 0, 0])),
  };
}
