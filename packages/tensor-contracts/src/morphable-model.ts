/**
 * The role of a 3D morphable face model, and the host arrays that make one: ICT, BFM and FLAME are data for them.
 * Axes of every model: x to the person's left, y up, z out of the face; lengths in the model's own unit.
 */

/** Points on a mesh, each a weighted sum of the three vertices of a triangle. */
export interface LandmarkEmbedding {
  /** [points, 3], indices of vertices; a landmark that is a vertex names it three times. */
  readonly vertices: Int32Array;
  /** [points, 3], each row sums to 1. */
  readonly weights: Float32Array;
}

/** `v = mean + sum a_i identity_i + sum b_j expression_j`, as host arrays. */
export interface MorphableBasis {
  readonly name: string;
  /** [vertices, 3]. */
  readonly mean: Float32Array;
  /** [modes, vertices, 3], each for a coefficient of 1: one standard deviation, or the whole of an expression. */
  readonly identity: Float32Array;
  /** [modes, vertices, 3]. */
  readonly expression: Float32Array;
  /** [triangles, 3], counter-clockwise seen from outside. */
  readonly triangles: Int32Array;
  /** The 68 landmarks of iBUG 300-W. */
  readonly landmarks: LandmarkEmbedding;
  readonly millimetresPerUnit: number;
}

/** How wide the parts of a model's coefficients are. */
export interface MorphableWidths {
  readonly identity: number;
  readonly expression: number;
  /** Axis-angle numbers of the joints that are turned (FLAME); 0 for a purely linear model. */
  readonly joints: number;
}

/** Coefficients of a batch, each [batch, width]; joints rest where they are left out. */
export interface MorphableCoefficients<T> {
  readonly identity: T;
  readonly expression: T;
  readonly joints?: T;
}

/** A morphable model, differentiable when `T` is. */
export interface MorphableModel<T> {
  readonly name: string;
  readonly vertexCount: number;
  readonly widths: MorphableWidths;
  readonly triangles: Int32Array;
  readonly millimetresPerUnit: number;
  /** @returns [batch, vertices, 3] */
  vertices(coefficients: MorphableCoefficients<T>): T;
  /** @param vertices [batch, vertices, 3]; @returns [batch, 68, 3] */
  landmarks(vertices: T): T;
}
