/** Whether shape coefficients know people: two photos of one person against photos of two, and a face against its mirror image. */
import * as tf from '@tensorflow/tfjs-core';
import { imagesAt } from '../training/training-set.ts';
import { meanOf } from './measure-regressor.ts';
import type { PhotoPairs, PhotoPlace } from './photo-pairs.ts';

/** Images [batch, side, side, 3] in [-1, 1] to shapes [batch, width], whose distance is plain. */
export type ShapeOf = (images: tf.Tensor) => tf.Tensor;

type Shape = ArrayLike<number>;

interface PhotoShape {
  readonly shape: Shape;
  readonly mirrored: Shape;
}

/** The chance that one of the smaller is below one of the larger; ties count half. */
export function areaUnderCurve(smaller: readonly number[], larger: readonly number[]): number {
  const sorted = larger.toSorted((a, b) => a - b);
  const below = (value: number, isBefore: (entry: number) => boolean): number => {
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isBefore(sorted[middle]! - value)) low = middle + 1;
      else high = middle;
    }
    return low;
  };
  const wins = smaller.map((value) => sorted.length - (below(value, (difference) => difference < 0) + below(value, (difference) => difference <= 0)) / 2);
  return wins.reduce((sum, count) => sum + count, 0) / (smaller.length * larger.length);
}

function distance(first: Shape, second: Shape): number {
  return Math.sqrt(Array.prototype.reduce.call(first, (sum: unknown, value: unknown, at: number) => (sum as number) + ((value as number) - second[at]!) ** 2, 0) as number);
}

async function shapeOf(judge: ShapeOf, { dataset, number }: PhotoPlace): Promise<PhotoShape> {
  const image = await imagesAt(dataset, [number]);
  const [shape, mirrored] = tf.tidy(() => [judge(image), judge(tf.reverse(image, 2))] as [tf.Tensor, tf.Tensor]);
  const found = { shape: await shape.data(), mirrored: await mirrored.data() };
  tf.dispose([image, shape, mirrored]);
  return found;
}

/** What shapes are worth. */
export interface SamePersonFigures {
  /** Chance that two photos of one person are nearer than photos of two people. */
  readonly samePersonArea: number;
  /** Mean distance of a face from its mirror image, in mean distances of two people. */
  readonly mirrorShare: number;
}

/** Compares every photo of the first column with every one of the second. */
export async function samePersonFigures(judge: ShapeOf, { pairs }: Pick<PhotoPairs, 'pairs'>): Promise<SamePersonFigures> {
  const [first, second]: [PhotoShape[], PhotoShape[]] = [[], []];
  for (const [one, other] of pairs) {
    first.push(await shapeOf(judge, one));
    second.push(await shapeOf(judge, other));
  }
  const same = first.map(({ shape }, index) => distance(shape, second[index]!.shape));
  const different = first.flatMap(({ shape }, index) => second.flatMap((other, at) => (at === index ? [] : [distance(shape, other.shape)])));
  const mirrors = [...first, ...second].map(({ shape, mirrored }) => distance(shape, mirrored));
  return { samePersonArea: areaUnderCurve(same, different), mirrorShare: meanOf(mirrors) / meanOf(different) };
}
