/**
 * What a run looks like on held-out faces: source | target | swap | reconstruction of the target, one row a
 * pair, and what is measured on the way.
 */
import * as tf from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { performer } from '../engine/performer.ts';
import { swapFaces } from '../model/swap-model.ts';
import type { SwapModel } from '../model/swap-model.ts';
import type { StageSnapshot } from '../run/stage.ts';
import { coefficientDistances, meanDistances } from './coefficient-distances.ts';
import type { PairDistances } from './coefficient-distances.ts';
import type { LossNetworks } from './loss-networks.ts';
import { imagesAt } from './training-set.ts';
import type { TrainingSet } from './training-set.ts';

/** Most held-out faces that are looked at, and most at one time. */
const MOST_FACES = 6;
/** Pixels that are looked at at one time: six faces of up to 256, one of 1024, so that a look needs less memory than a step. */
const PIXELS_AT_ONCE = 2 ** 20;

/** What is seen of pairs of faces: the pictures [batch, R, R, 3], the sources' codes [batch, numbers], and what is measured, means over the batch, and of each pair where a 3DMM regressor looks on. */
export interface SeenPairs {
  readonly swapped: tf.Tensor4D;
  readonly rebuilt: tf.Tensor4D;
  readonly codes: tf.Tensor;
  readonly measures: StageSnapshot['measures'];
  readonly pairs: readonly PairDistances<number>[];
}

/** Swaps, rebuilds and measures with these weights; the caller disposes the tensors. */
export type SwapLook = (flat: tf.Tensor, source: tf.Tensor4D, target: tf.Tensor4D) => Promise<SeenPairs>;

/** What is looked at. */
export interface SnapshotSubject {
  /** Made once for many looks: it may be compiled. */
  readonly look: SwapLook;
  /** The averaged weights. */
  readonly flat: tf.Tensor;
  readonly data: TrainingSet;
}

function toBytes(grid: tf.Tensor): Uint8Array {
  return Uint8Array.from(tf.clipByValue(tf.round(tf.mul(tf.add(grid, 1), 127.5)), 0, 255).dataSync());
}

const cosine = (first: tf.Tensor, second: tf.Tensor): tf.Tensor => tf.mean(tf.sum(tf.mul(first, second), 1));

/** Mean over the channels of the standard deviation over faces: 0 where codes say nothing. */
const codeDeviation = (codes: tf.Tensor): number => tf.mean(tf.sqrt(tf.moments(codes, 0).variance)).dataSync()[0] as number;

/** Columns by name as one record for each pair. */
function pairwise(columns: Readonly<Record<string, ArrayLike<number>>>): readonly PairDistances<number>[] {
  const entries = Object.entries(columns);
  const count = entries[0]?.[1].length ?? 0;
  return Array.from({ length: count }, (_, pair) => Object.fromEntries(entries.map(([name, values]) => [name, values[pair]])) as PairDistances<number>);
}

/** @param perform of the engine; by default tfjs computes */
export function swapLook(model: SwapModel, networks: LossNetworks, perform = performer(undefined)): SwapLook {
  const performed = perform('snapshot', (inputs) => {
    const [flat, source, target] = ['flat', 'source', 'target'].map((name) => inputs[name] as tf.Tensor) as [tf.Tensor, tf.Tensor, tf.Tensor];
    const swap = swapFaces(model, flat, { source, target });
    const rebuilt = swapFaces(model, flat, { source: target, target }).image;
    const [ofSource, ofTarget, ofSwap] = [source, target, swap.image].map((image) => networks.embed(image)) as [tf.Tensor, tf.Tensor, tf.Tensor];
    return {
      swapped: swap.image,
      rebuilt,
      codes: swap.identityCodes,
      identityToSource: cosine(ofSwap, ofSource),
      identityToTarget: cosine(ofSwap, ofTarget),
      targetToSource: cosine(ofTarget, ofSource),
      reconstructionL1: tf.mean(tf.abs(tf.sub(rebuilt, target))),
      reconstructionLpips: tf.mean(networks.perceptual(rebuilt, target)),
      ...(networks.regressor === undefined ? {} : coefficientDistances(networks.regressor, { swapped: swap.image, source, target })),
    };
  });
  return async (flat, source, target) => {
    const { swapped, rebuilt, codes, ...scalars } = await performed({ flat, source, target });
    const measures: Record<string, number> = {};
    const rows: Record<string, ArrayLike<number>> = {};
    for (const [name, values] of Object.entries(scalars)) {
      if (values.rank === 0) measures[name] = (await values.data())[0] as number;
      else rows[name] = await values.data();
    }
    tf.dispose(scalars);
    return { swapped: swapped as tf.Tensor4D, rebuilt: rebuilt as tf.Tensor4D, codes: codes as tf.Tensor, measures, pairs: pairwise(rows) };
  };
}

/** Dataset numbers: each face is the target of the one `apart` places after it. */
function pairsOf(faces: readonly number[], apart: number): readonly { readonly source: number; readonly target: number }[] {
  return faces.map((target, index) => ({ target, source: faces[(index + apart) % faces.length] as number }));
}

/** Looks at all pairs, some at a time, and hands on source, target, swap and reconstruction of those. @returns means over the faces */
async function lookAtAll({ look, flat, data: { dataset } }: SnapshotSubject, pairs: ReturnType<typeof pairsOf>, show: (columns: readonly tf.Tensor4D[]) => void): Promise<StageSnapshot['measures']> {
  const sums: Record<string, number> = {};
  const allCodes: tf.Tensor[] = [];
  const allPairs: PairDistances<number>[] = [];
  const atOnce = Math.max(1, Math.min(MOST_FACES, Math.floor(PIXELS_AT_ONCE / dataset.index.size ** 2)));
  for (let start = 0; start < pairs.length; start += atOnce) {
    const some = pairs.slice(start, start + atOnce);
    const source = await imagesAt(dataset, some.map((pair) => pair.source));
    const target = await imagesAt(dataset, some.map((pair) => pair.target));
    const { measures, codes, swapped, rebuilt, pairs: distances } = await look(flat, source, target);
    allPairs.push(...distances);
    for (const [name, value] of Object.entries(measures)) sums[name] = (sums[name] ?? 0) + value * some.length;
    allCodes.push(codes);
    show([source, target, swapped, rebuilt]);
    tf.dispose([source, target, swapped, rebuilt]);
  }
  const deviation = tf.tidy(() => codeDeviation(tf.concat(allCodes)));
  tf.dispose(allCodes);
  return { ...Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / pairs.length])), ...(allPairs.length === 0 ? {} : meanDistances(allPairs)), codeDeviation: deviation };
}

/**
 * Measures pairs of faces.
 *
 * @param faces dataset numbers; each is the target of the one `apart` places after it
 * @returns means over the faces
 */
export function measureFaces(subject: SnapshotSubject, faces: readonly number[], apart = 1): Promise<StageSnapshot['measures']> {
  return lookAtAll(subject, pairsOf(faces, apart), () => undefined);
}

/** Draws and measures the first held-out faces (training faces where none is held out). */
export async function takeSnapshot(subject: SnapshotSubject): Promise<StageSnapshot> {
  const { dataset, heldOut, training } = subject.data;
  const faces = (heldOut.length >= 2 ? heldOut : training).slice(0, MOST_FACES);
  const { size } = dataset.index;
  const rows: Uint8Array[] = [];
  const measures = await lookAtAll(subject, pairsOf(faces, 1), (columns) => {
    rows.push(tf.tidy(() => toBytes(tf.concat(columns.slice(), 2))));
  });
  const bytes = Buffer.concat(rows);
  const raw = { width: bytes.length / (3 * faces.length * size), height: faces.length * size, channels: 3 } as const;
  // Our choice of what is best: moved identity, at a price for what is lost of the target.
  const score = (measures['identityToSource'] ?? 0) - (measures['reconstructionLpips'] ?? 0);
  return { png: await sharp(bytes, { raw }).png().toBuffer(), measures, score };
}
