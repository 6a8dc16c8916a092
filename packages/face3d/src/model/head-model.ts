/** A whole head as data: a linear basis, and what each triangle is made of. */
import type { MorphableBasis } from '@mfim/tensor-contracts';

/** What the triangles of ICT-FaceKit's mesh belong to, by the index in `triangleGroups`. */
export const HEAD_GROUPS = [
  'back-head',
  'eye-blend',
  'lashes',
  'eye-occlusion',
  'face',
  'gums-and-tongue',
  'left-iris',
  'right-iris',
  'lacrimal-fluid',
  'left-sclera',
  'right-sclera',
  'teeth',
] as const;

/** One of them. */
export type HeadGroup = (typeof HEAD_GROUPS)[number];

/** A basis with the parts of a head; lengths in centimetres. */
export interface HeadModel {
  readonly basis: MorphableBasis;
  /** [triangles], index into HEAD_GROUPS. */
  readonly triangleGroups: Uint8Array;
  /** [triangles, 3, 2], texture coordinates of the corners; the whole part counts the picture. */
  readonly cornerUv: Float32Array;
  /** Names of the expression coefficients, such as jawOpen. */
  readonly expressionNames: readonly string[];
}
