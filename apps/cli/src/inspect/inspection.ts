/** What `mfim inspect` finds in a file. */
import type { PickleReport } from '@mfim/checkpoints';
import type { TensorStatistics } from './tensor-statistics.ts';

/** One tensor; without statistics where only names were wanted. */
export interface TensorFinding extends Partial<TensorStatistics> {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** One kind that the file may be. */
export interface GuessFinding {
  readonly kind: string;
  /** From 0 to 1. */
  readonly confidence: number;
}

/** What the reader made of a file. */
export interface Content {
  readonly tensors: readonly TensorFinding[];
  readonly totals: { readonly tensors: number; readonly numbers: number; readonly bytes: number };
  /** Plain values by name; integers beyond 2^53 as text. */
  readonly values: readonly { readonly name: string; readonly value: null | boolean | number | string }[];
  /** What is neither tensor nor plain value. */
  readonly leftOut: readonly { readonly name: string; readonly reason: string }[];
  /** The likeliest first. */
  readonly guesses: readonly GuessFinding[];
}

/** A file. */
export interface Inspection {
  readonly file: string;
  readonly format: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Absent when the reader refused the file. */
  readonly content?: Content;
  /** Why the reader refused it. */
  readonly refusal?: string;
  /** For formats that contain pickles. */
  readonly pickles?: PickleReport;
}
