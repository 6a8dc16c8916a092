/**
 * What a stage of training (`train`, `pretrain`, `regress`) tells the run loop. The loop knows folders, checkpoints,
 * signals and logs; a stage knows networks and losses. Neither knows the other's.
 */
import type { RawTensor } from '@mfim/checkpoints';
import type { MemoryCount } from '@mfim/tfjs-onnx';
import type * as tf from '@tensorflow/tfjs-core';
import type { FlatLayout } from '../model/flat-network.ts';

/** One flat vector and what lies where in it. */
export interface FlatBucket {
  readonly prefix: string;
  readonly layout: FlatLayout;
  readonly flat: tf.Tensor;
  /** What TensorBoard shows of it, layer by layer; absent: nothing. */
  readonly shown?: { readonly as: 'weights' | 'second moment'; readonly network: string };
}

/** A state as it is written: everything that changes while training. The tensors still belong to the state. */
export interface PackedState {
  readonly buckets: readonly FlatBucket[];
  /** Tensors that are not trained, by name. */
  readonly buffers: ReadonlyMap<string, tf.Tensor>;
  /** Counts and running means. */
  readonly numbers: Readonly<Record<string, number>>;
}

/** A state as it was read. */
export interface StoredState {
  readonly tensors: ReadonlyMap<string, RawTensor>;
  readonly numbers: Readonly<Record<string, number>>;
}

/** Draws what a step looks at, as numbers; `state()` starts an equal stream. */
export interface PlanStream<Plan> {
  next(): Plan;
  state(): readonly number[];
}

/** A picture of how far the run is, and what was measured on the way. */
export interface StageSnapshot {
  readonly png: Uint8Array;
  /** By name; `identityToSource` and `identityToTarget` feed the alarm about collapse. */
  readonly measures: Readonly<Record<string, number>>;
  /** Higher is better; the checkpoint with the highest is kept. */
  readonly score?: number;
}

/** Values of the terms of one step, unweighted, by name. */
export type StepTerms = Readonly<Record<string, number>>;

/** What a step came to. */
export interface StepResult<State> {
  readonly state: State;
  readonly terms: StepTerms;
}

/** How often what happens; from the config. */
export interface RunPace {
  readonly steps: number;
  readonly batch: number;
  readonly logEvery: number;
  readonly snapshotEvery: number;
  readonly saveEvery: number;
  /** Newest checkpoints that are kept, beside the best. */
  readonly keep: number;
}

/** A stage. `Plan` is drawn, `Batch` is read ahead of the step. */
export interface Stage<State extends { readonly step: number }, Plan, Batch> {
  readonly kind: 'train' | 'pretrain' | 'regress';
  readonly pace: RunPace;
  /** The whole configuration, as it is written into the run's folder. */
  readonly config: object;
  /** Parameters of the networks that are trained, by network. */
  readonly parameterCounts: Readonly<Record<string, number>>;
  start(): State | Promise<State>;
  /** @throws InputError when the stored tensors are of other sizes */
  restore(stored: StoredState): State | Promise<State>;
  /** The tensors are of use until the next step. */
  pack(state: State): PackedState | Promise<PackedState>;
  /** @param from the `state()` of an earlier stream; absent: from the seed */
  plans(from?: readonly number[]): PlanStream<Plan>;
  load(plan: Plan): Promise<Batch>;
  /** Takes one step and disposes the old state's tensors. */
  step(state: State, batch: Batch): StepResult<State> | Promise<StepResult<State>>;
  /** What a step with every term in it needs; counted, nothing is computed. Absent where tfjs does not take the steps. */
  memory?(state: State, batch: Batch): MemoryCount;
  snapshot(state: State): Promise<StageSnapshot>;
}
