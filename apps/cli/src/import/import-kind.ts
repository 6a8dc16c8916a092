/**
 * What an import kind is: one sort of foreign weight file, and how it becomes ours. A kind is one file in `kinds/` and one
 * line in `import-kinds.ts`; `mfim import`, `mfim inspect` (its guess) and `--verify` take everything else from here.
 */
import type { HostTensor } from '@mfim/tensor-contracts';
import type * as tf from '@tensorflow/tfjs-core';

/** Shapes by name: all that a guess may look at. */
export type ShapesByName = ReadonlyMap<string, readonly number[]>;

/** A tensor whose numbers are read when they are asked for, row-major, as float32. */
export interface DeferredTensor {
  readonly shape: readonly number[];
  read(): Promise<Float32Array>;
}

/** A foreign file: its tensors and plain values by dotted name, such as `g_ema.conv1.bias`. */
export interface ForeignCheckpoint {
  /** For messages: the file's name as the caller wrote it. */
  readonly file: string;
  readonly tensors: ReadonlyMap<string, DeferredTensor>;
  readonly scalars: ReadonlyMap<string, null | boolean | number | bigint | string>;
}

/** What a kind makes of a foreign file. */
export interface Imported {
  /** Which of the kind's origins it was, such as `rosinality`. */
  readonly origin: string;
  /** By our names, in our layouts. */
  readonly tensors: ReadonlyMap<string, DeferredTensor>;
  /** Sizes that the shapes told, as plain JSON; it stands in the file's metadata. */
  readonly config: Readonly<Record<string, unknown>>;
  /** What a person should know: what was found, what was left out and why. One line each. */
  readonly report: readonly string[];
}

/** An imported file as it was written. */
export interface ImportedFile {
  readonly kind: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly tensors: ReadonlyMap<string, HostTensor>;
}

/** Named tensors in tfjs's layouts: images [batch, height, width, channels]. */
export type NamedTensors = Readonly<Record<string, tf.Tensor>>;

/** One sort of foreign weight file. */
export interface ImportKind {
  /** As the command line has it: `arcface-irse50`. */
  readonly name: string;
  /** What the network is, in a line. */
  readonly brief: string;
  /** Whose files are read, such as `NVIDIA .pkl`. */
  readonly origins: readonly string[];
  /** How much a file looks like this kind, from 0 to 1; it reads no numbers. */
  guess(shapes: ShapesByName): number;
  /**
   * Reads names, shapes and what few numbers it needs; the tensors that it returns are read later, one at a time.
   *
   * @throws InputError that lists every missing, unexpected and misshapen name at once
   */
  import(checkpoint: ForeignCheckpoint): Promise<Imported>;
  /**
   * The network, for `--verify`: a pure function of tfjs tensors, which is exported and run by ONNX Runtime. It reads the inputs
   * of the golden file by name and returns outputs by the golden file's names.
   */
  network?(file: ImportedFile): (inputs: NamedTensors) => NamedTensors;
}
