/** The smallest stage there is: two parameters in one vector, without networks; for what the run loop does around a step. */
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import type { RunRequest } from '../src/run/run-stage.ts';
import type { Stage, StageSnapshot } from '../src/run/stage.ts';

export interface TinyState {
  readonly step: number;
  readonly flat: tf.Tensor;
}

export type TinyStage = Stage<TinyState, number, number>;

export const TINY_LAYOUT = { names: ['a', 'b'], shapes: [[2], [3]], sizes: [2, 3], total: 5 };

export interface TinyChanges {
  /** What the vector becomes at a step. */
  readonly next?: (step: number) => readonly number[];
  readonly steps?: number;
  readonly snapshot?: Partial<StageSnapshot>;
}

const png = async (): Promise<Uint8Array> => new Uint8Array(await sharp({ create: { width: 4, height: 2, channels: 3, background: '#888' } }).png().toBuffer());

/** By default the vector holds its step five times; it saves and logs at every step, and draws at the second. */
export function tinyStage({ next = (step) => [step, step, step, step, step], steps = 4, snapshot = {} }: TinyChanges = {}): TinyStage {
  return {
    kind: 'train',
    pace: { steps, batch: 2, logEvery: 1, snapshotEvery: 2, saveEvery: 1, keep: 9 },
    config: { name: 'tiny' },
    parameterCounts: { vector: 5 },
    start: () => ({ step: 0, flat: tf.zeros([5]) }),
    restore: ({ numbers }) => ({ step: numbers['step'] as number, flat: tf.zeros([5]) }),
    pack: ({ step, flat }) => ({ buckets: [{ prefix: 'weights.', layout: TINY_LAYOUT, flat }], buffers: new Map(), numbers: { step } }),
    plans: () => ({ next: () => 0, state: () => [1, 2] }),
    load: async (plan) => plan,
    step: ({ step, flat }) => {
      flat.dispose();
      return { state: { step: step + 1, flat: tf.tensor1d(next(step + 1).slice()) }, terms: { loss: 1 / (step + 1) } };
    },
    snapshot: async () => ({ png: await png(), measures: {}, ...snapshot }),
  };
}

const subject = { engine: { name: 'cpu', description: 'plain', versions: {} }, dataset: { folder: 'none', images: 1, size: 1, sha256: 'none' } };

/** A request in a fresh folder; what is said goes to `said`. */
export async function tinyRequest(stage: TinyStage): Promise<RunRequest<TinyState, number, number> & { readonly said: string[] }> {
  const said: string[] = [];
  const folder = await mkdtemp(path.join(tmpdir(), 'mfim-tiny-'));
  return { stage, folder, subject, identityFrom: 0, signal: new AbortController().signal, terminal: { write: (text: string) => said.push(text) }, said };
}
