/** From a drawn pair batch to the tensors of a step: bytes are read ahead, the rest happens on the engine. */
import * as tf from '@tensorflow/tfjs-core';
import { compositeFace } from './composite-face.ts';
import type { CompositeFace } from './composite-face.ts';
import type { PairBatch, SourceMove } from './pair-sampler.ts';
import type { SourceIdentities } from './source-identities.ts';
import { imagesFrom } from './training-set.ts';
import type { TrainingSet } from './training-set.ts';
import type { StepInputs } from './swap-objective.ts';

/** A pair batch with its pixels, [batch, size, size, 3] each. */
export interface LoadedPairs {
  readonly pairs: PairBatch;
  readonly sources: Uint8Array;
  readonly targets: Uint8Array;
}

/** Reads the pixels of a pair batch. */
export async function loadPairs({ dataset }: TrainingSet, pairs: PairBatch): Promise<LoadedPairs> {
  const [sources, targets] = await Promise.all([dataset.read(pairs.sources), dataset.read(pairs.targets)]);
  return { pairs, sources, targets };
}

function isStill({ zoom, right, down, gains, offsets }: SourceMove): boolean {
  return zoom === 1 && right === 0 && down === 0 && gains.every((gain) => gain === 1) && offsets.every((offset) => offset === 0);
}

/** Applies each move to its image; what a move brings in from outside is grey. */
function moved(images: tf.Tensor4D, moves: readonly SourceMove[]): tf.Tensor {
  if (moves.every(isStill)) return tf.clone(images);
  const [count, height, width] = images.shape;
  const boxes = moves.map(({ zoom, right, down }) => [0.5 - zoom / 2 + down, 0.5 - zoom / 2 + right, 0.5 + zoom / 2 + down, 0.5 + zoom / 2 + right]);
  const framed = tf.image.cropAndResize(images, boxes as never, moves.map((_, index) => index), [height, width]);
  const gains = tf.tensor4d(moves.flatMap((move) => move.gains), [count, 1, 1, 3]);
  const offsets = tf.tensor4d(moves.flatMap((move) => move.offsets), [count, 1, 1, 3]);
  return tf.clipByValue(tf.add(tf.mul(framed, gains), offsets), -1, 1);
}

/** A part of a batch: `slots` from `start` on, for gradient accumulation. */
export interface BatchPart {
  readonly start: number;
  readonly slots: number;
}

/** What a batch is made with. */
export interface PairMaking {
  readonly identities: SourceIdentities;
  readonly composite: CompositeFace | undefined;
}

/** The tensors of one step, or of a part of it; the caller disposes them. */
export async function pairInputs({ pairs, sources, targets }: LoadedPairs, { identities, composite }: PairMaking, { start, slots }: BatchPart): Promise<StepInputs> {
  const end = start + slots;
  const stride = sources.length / pairs.sources.length;
  const size = Math.sqrt(stride / 3);
  const part = (bytes: Uint8Array): Uint8Array => bytes.subarray(start * stride, end * stride);
  const source = imagesFrom(part(sources), size, pairs.mirrorSources.slice(start, end));
  const sourceIdentity = await identities(pairs.sources.slice(start, end), source);
  const framed = tf.tidy(() => moved(source, pairs.sourceMoves.slice(start, end)));
  source.dispose();
  const target = imagesFrom(part(targets), size, pairs.mirrorTargets.slice(start, end));
  const wanted = composite === undefined ? tf.clone(target) : tf.tidy(() => compositeFace(target, imagesFrom(part(sources), size, pairs.mirrorDonors.slice(start, end)), composite));
  return {
    target,
    source: framed,
    wanted,
    view: pairs.view,
    sourceIdentity,
    same: tf.tensor2d(pairs.same.slice(start, end).map(Number), [slots, 1]),
  };
}
