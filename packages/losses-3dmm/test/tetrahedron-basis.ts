/** The smallest morphable model: four vertices, two identity modes, one expression, two landmarks. */
import type { MorphableBasis } from '@mfim/tensor-contracts';

const MODE = [0.3, 0.1, -0.2, 0.4, 0.2, 0.1, -0.3, 0.5, 0.2, 0.1, -0.4, 0.6];

/** Corners of a tetrahedron; the second landmark lies inside its first triangle. */
export function tetrahedronBasis(): MorphableBasis {
  return {
    name: 'tetrahedron',
    mean: Float32Array.of(1, 1, 1, -1, -1, 1, -1, 1, -1, 1, -1, -1),
    identity: Float32Array.from([...MODE, ...MODE.toReversed()]),
    expression: Float32Array.from(MODE, (value, at) => value * (at % 2 === 0 ? 1 : -0.5)),
    triangles: Int32Array.of(0, 2, 1, 0, 1, 3, 0, 3, 2, 1, 2, 3),
    landmarks: { vertices: Int32Array.of(3, 3, 3, 0, 2, 1), weights: Float32Array.of(1, 0, 0, 0.5, 0.25, 0.25) },
    millimetresPerUnit: 1,
  };
}
