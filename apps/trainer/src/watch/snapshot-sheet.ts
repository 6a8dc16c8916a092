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

const LANDMARKS: SnapshotSheet = {
  columns: [],
  description: 'held-out faces with the landmarks of their labels (red) and the regressed ones (green)',
  tag: 'snapshot/landmarks',
  section: 'held-out',
  measured: 'Measured on held-out faces',
};

/** @param config as it stands in the run's folder; `stage` tells those of `pretrain` and `regress` */
export function sheetOf(config: unknown): SnapshotSheet {
  const stage = (config as { readonly stage?: unknown } | undefined)?.stage;
  if (stage === 'regress') return LANDMARKS;
  return stage === 'pretrain' ? GENERATED : SWAPS;
}
