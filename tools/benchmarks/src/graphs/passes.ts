/** The passes of @mfim/tfjs-onnx, which does not export their names. */
import type { TraceOptions } from '@mfim/tfjs-onnx';

type Choices = NonNullable<TraceOptions['choices']>;

/** Name of a pass. */
export type Pass = NonNullable<Choices['passes']> extends ReadonlySet<infer Name> ? Name : never;

/** All of them, in the order in which they run. */
export const PASSES: readonly Pass[] = [
  'drop identities',
  'share equal calls',
  'merge padding',
  'join slopes',
  'fuse biases',
  'fold constants',
  'keep axis orders',
  'pass factors',
  'join moves',
  'share equal nodes',
  'drop unread nodes',
];
