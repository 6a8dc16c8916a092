/** What the report of a preparation says: `report.json`, and the numbers of `report.html`. */
import { InputError } from '@mfim/tensor-contracts';
import type { ImageRecord } from './dataset-index.ts';
import type { NearDuplicate } from './face-admission.ts';
import type { PreparationResult, SkippedImage } from './prepare-dataset.ts';
import type { SizedFolder } from './sized-outputs.ts';

/** Everything about a prepared dataset but its pictures. */
export interface PreparationReport {
  readonly outputs: readonly (SizedFolder & { readonly hash: string })[];
  readonly images: number;
  readonly heldOut: number;
  /** Images by the first part of their origin. */
  readonly collections: Readonly<Record<string, number>>;
  readonly licences: Readonly<Record<string, number>>;
  /** Faces by the side of their aligned crop in the photo, and how many were enlarged to the largest size. */
  readonly faceSides: { readonly bins: readonly FaceBin[]; readonly enlarged: number };
  /** Photos that the last run read. */
  readonly read: number;
  readonly skipped: readonly SkippedImage[];
  readonly duplicates: readonly Omit<NearDuplicate, 'thumbnail'>[];
  readonly duplicatesKept: boolean;
  /** What the sources hold that is not kept. */
  readonly unused: readonly string[];
  /** Why the run ended early. */
  readonly stopped?: string;
}

/** Faces with a side from `from` up to, not including, `to` pixels. */
export interface FaceBin {
  readonly from: number;
  readonly to: number | null;
  readonly count: number;
}

/** Edges in pixels, a factor of about the square root of two apart. */
const EDGES = [0, 64, 96, 128, 192, 256, 384, 512, 768, 1024];

/** What `reportOf` needs beside the result. */
export interface ReportedDataset {
  readonly outputs: PreparationReport['outputs'];
  readonly records: readonly ImageRecord[];
  readonly duplicatesKept: boolean;
}

/** Counts what is in the dataset and lists what is not. */
export function reportOf(result: PreparationResult, { outputs, records, duplicatesKept }: ReportedDataset): PreparationReport {
  const sides = records.flatMap(({ faceSide }) => (faceSide === undefined ? [] : [faceSide]));
  const largest = Math.max(...outputs.map(({ size }) => size));
  return {
    outputs,
    images: records.length,
    heldOut: records.filter(({ split }) => split === 'held-out').length,
    collections: counted(records.map(({ origin }) => origin.split('/')[0] as string)),
    licences: counted(records.map(({ licence }) => licence)),
    faceSides: { bins: binned(sides), enlarged: sides.filter((side) => side < largest).length },
    read: result.read,
    skipped: result.skipped,
    duplicates: result.duplicates.map(({ origin, like, distance }) => ({ origin, like, distance })),
    duplicatesKept,
    unused: result.unused,
    ...(result.stopped instanceof InputError ? { stopped: result.stopped.message } : {}),
  };
}

/** How often each reason occurs, the most frequent first. */
export function skippedByReason(skipped: readonly SkippedImage[]): readonly (readonly [string, number])[] {
  return Object.entries(counted(skipped.map(({ reason }) => reason))).toSorted((left, right) => right[1] - left[1]);
}

function counted(names: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries(counts);
}

function binned(sides: readonly number[]): FaceBin[] {
  return EDGES.map((from, index) => {
    const to = EDGES[index + 1] ?? null;
    return { from, to, count: sides.filter((side) => side >= from && (to === null || side < to)).length };
  });
}
