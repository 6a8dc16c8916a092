/** FLAME (Li et al. 2017) as host arrays: a morphable basis whose head also turns joints. */
import type { LandmarkEmbedding, MorphableBasis } from '@mfim/tensor-contracts';

/** Points of the face's outline, which other vertices form when the head turns: rows of 17 points. */
export interface ContourTable {
  /** [79, 17, 3]; a row a degree of yaw: 0 to 39, then -1 to -39. */
  readonly vertices: Int32Array;
  /** [79, 17, 3]. */
  readonly weights: Float32Array;
}

/** Everything that FLAME has beside blend shapes. Lengths in metres. */
export interface FlameBasis extends MorphableBasis {
  /** [joints, vertices], where the joints are in a shaped head; each row sums to 1. */
  readonly jointRegressor: Float32Array;
  /** [vertices, joints], how much each vertex follows each joint; each row sums to 1. */
  readonly skinWeights: Float32Array;
  /** [9 * (joints - 1), vertices, 3], added to the head for each entry of a joint's rotation minus the identity, the root's apart. */
  readonly corrections: Float32Array;
  /** The joint that each one hangs on; -1 for the root, which comes first. Root, neck, jaw, left eye, right eye. */
  readonly parents: readonly number[];
  /** The 51 landmarks inside the outline. */
  readonly inner: LandmarkEmbedding;
  readonly contour: ContourTable;
}
