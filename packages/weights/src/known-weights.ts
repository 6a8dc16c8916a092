/**
 * The weights of others that MFIM can use. Addresses are the ones that the projects publish; sums are those that several public
 * sources agree on, or none: where a field is absent, we do not know it, and the first download pins it.
 */
import { FACE_NETWORKS } from './known/face-networks.ts';
import { FEATURE_NETWORKS } from './known/feature-networks.ts';
import { GENERATORS } from './known/generators.ts';
import type { WeightsEntry } from './weights-entry.ts';

/** Generators first, then what looks at faces, then feature networks. */
export const KNOWN_WEIGHTS: readonly WeightsEntry[] = [...GENERATORS, ...FACE_NETWORKS, ...FEATURE_NETWORKS];
