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
import type { LossNetworks } from './loss-networks.ts';
import { imagesAt } from './training-set.ts';
import type { TrainingSet } from './training-set.ts';

/** Most held-out faces that are looked at. */
const MOST_FACES = 6;

/** What is seen of pairs of faces: the pictures [batch, R, R, 3], and what is measured, means over the batch. */
export interface SeenPairs {
  readonly swapped: tf.Tensor4D;
  readonly rebuilt: tf.Tensor4D;
  readonly measures: StageSnapshot['measures'];
}

/** Swaps, rebuilds and measures with these weights; the caller disposes the pictures. */
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
const codeDeviation = (codes: tf.Tensor): tf.Tensor => tf.mean(tf.sqrt(tf.moments(codes, 0).variance));

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
      identityToSource: cosine(ofSwap, ofSource),
      identityToTarget: cosine(ofSwap, ofTarget),
      targetToSource: cosine(ofTarget, ofSource),
      reconstructionL1: tf.mean(tf.abs(tf.sub(rebuilt, target))),
      reconstructionLpips: tf.mean(networks.perceptual(rebuilt, target)),
      codeDeviation: codeDeviation(swap.identityCodes),
    };
  });
  return async (flat, source, target) => {
    const { swapped, rebuilt, ...scalars } = await performed({ flat, source, target });
    const measures: Record<string, number> = {};
    for (const [name, scalar] of Object.entries(scalars)) measures[name] = (await scalar.data())[0] as number;
    tf.dispose(scalars);
    return { swapped: swapped as tf.Tensor4D, rebuilt: rebuilt as tf.Tensor4D, measures };
  };
}

/**
 * Measures pairs of faces: each is the target of the one `apart` places before it.
 *
 * @param faces dataset numbers
 * @returns means over the faces
 */
export async function measureFaces(subject: SnapshotSubject, faces: readonly number[], apart = 1): Promise<StageSnapshot['measures']> {
  const { dataset } = subject.data;
  const sums: Record<string, number> = {};
  for (let start = 0; start < faces.length; start += MOST_FACES) {
    const targets = faces.slice(start, start + MOST_FACES);
    const source = await imagesAt(dataset, targets.map((_, index) => faces[(start + index + apart) % faces.length] as number));
    const target = await imagesAt(dataset, targets);
    const { measures, ...pictures } = await subject.look(subject.flat, source, target);
    for (const [name, value] of Object.entries(measures)) sums[name] = (sums[name] ?? 0) + value * targets.length;
    tf.dispose([source, target, pictures as never]);
  }
  return Object.fromEntries(Object.entries(sums).map(([name, sum]) => [name, sum / faces.length]));
}

/** Draws and measures the first held-out faces (training faces where none is held out). */
export async function takeSnapshot(subject: SnapshotSubject): Promise<StageSnapshot> {
  const { dataset, heldOut, training } = subject.data;
  const faces = (heldOut.length >= 2 ? heldOut : training).slice(0, MOST_FACES);
  const source = await imagesAt(dataset, faces.map((_, index) => faces[(index + 1) % faces.length] as number));
  const target = await imagesAt(dataset, faces);
  const { size } = dataset.index;
  const { measures, swapped, rebuilt } = await subject.look(subject.flat, source, target);
  const columns = [source, target, swapped, rebuilt];
  const sheet = tf.tidy(() => tf.reshape(tf.concat(columns, 2), [faces.length * size, columns.length * size, 3]));
  const bytes = toBytes(sheet);
  tf.dispose([...columns, sheet]);
  const raw = { width: bytes.length / (3 * faces.length * size), height: faces.length * size, channels: 3 } as const;
  // Our choice of what is best: moved identity, at a price for what is lost of the target.
  const score = (measures['identityToSource'] ?? 0) - (measures['reconstructionLpips'] ?? 0);
  return { png: await sharp(bytes, { raw }).png().toBuffer(), measures, score };
}
