/** What the snapshots of a run show, in words: for headings, for those who cannot see them, and for TensorBoard. */

/** See `sheetOf`. */
export interface SnapshotSheet {
  /** Headings of the picture's columns; none where its cells are all of one kind. */
  readonly columns: readonly string[];
  /** Continues "Snapshot at step 250: ". */
  readonly description: string;
  /** TensorBoard's name of the pictures. */
  readonly tag: string;
  /** TensorBoard's section of what was measured beside them. */
  readonly section: string;
  /** Heading of its curves. */
  readonly measured: string;
}

const SWAPS: SnapshotSheet = {
  columns: ['source', 'target', 'swap', 'reconstruction'],
  description: 'rows of source, target, swap and reconstruction',
  tag: 'snapshot/source-target-swap-reconstruction',
  section: 'held-out',
  measured: 'Measured on held-out faces',
};

const GENERATED: SnapshotSheet = {
  columns: [],
  description: 'faces that the averaged generator draws, from the same latents in every snapshot',
  tag: 'snapshot/generated',
  section: 'generated',
  measured: 'Measured on generated faces',
};

/** @param config as it stands in the run's folder; `stage: pretrain` tells one of pretraining */
export function sheetOf(config: unknown): SnapshotSheet {
  return (config as { readonly stage?: unknown } | undefined)?.stage === 'pretrain' ? GENERATED : SWAPS;
}
