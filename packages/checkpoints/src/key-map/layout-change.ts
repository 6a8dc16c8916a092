/** The ways in which the same parameter is laid out differently in another project's files, as data. */

/**
 * Our axes in terms of theirs. Every axis of theirs that is not listed has size 1.
 */
export interface AxisChange {
  /** How many axes theirs has. */
  readonly rank: number;
  /** Our axis i is their axis `axes[i]`; `new` is an axis of size 1 that theirs lacks. */
  readonly axes: readonly (number | 'new')[];
  /** Our axes along which theirs runs backwards: spatial axes of a flipped kernel, channels of a BGR input. */
  readonly reversed?: readonly number[];
}

/**
 * A linear layer after flattening: theirs flattens channels first, [out, channels * positions], ours channels
 * last, [positions * channels, out].
 */
export interface FlattenChange {
  /** Height times width of what is flattened. */
  readonly positions: number;
}

const NAMED = {
  /** [out, in] <-> [in, out] */
  linear: { rank: 2, axes: [1, 0] },
  /** [out, in, k, k] <-> [k, k, in, out] */
  kernel: { rank: 4, axes: [2, 3, 1, 0] },
  /** [channels, 1, k, k] <-> [k, k, channels, 1] */
  depthwise: { rank: 4, axes: [2, 3, 0, 1] },
  /** [1, out, in, k, k] <-> [k, k, in, out] */
  'modulated kernel': { rank: 5, axes: [3, 4, 2, 1] },
  /** [channels, h, w] <-> [h, w, channels] */
  constant: { rank: 3, axes: [1, 2, 0] },
  /** [1, channels, h, w] <-> [h, w, channels] */
  'batched constant': { rank: 4, axes: [2, 3, 1] },
  /** [1, 1, h, w] <-> [h, w] */
  'batched plane': { rank: 4, axes: [2, 3] },
  /** [1, channels, 1, 1] <-> [channels] */
  'batched vector': { rank: 4, axes: [1] },
  /** [1] <-> [] */
  scalar: { rank: 1, axes: [] },
  /** [out, in, 1, 1] <-> [in, out] */
  'linear from kernel': { rank: 4, axes: [1, 0] },
} as const satisfies Readonly<Record<string, AxisChange>>;

/** A change by name, `same` for none, or by its axes. Named ones are in `layout-change.ts`, theirs <-> ours. */
export type LayoutChange = 'same' | keyof typeof NAMED | AxisChange | FlattenChange;

/** The axes of a change; undefined for `same`. */
export function axisChange(layout: Exclude<LayoutChange, FlattenChange>): AxisChange | undefined {
  if (typeof layout !== 'string') return layout;
  return layout === 'same' ? undefined : NAMED[layout];
}

/** Whether a change is that of a linear layer after flattening. */
export function isFlattenChange(layout: LayoutChange): layout is FlattenChange {
  return typeof layout === 'object' && 'positions' in layout;
}
