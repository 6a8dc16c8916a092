/**
 * A head and its mirror image. The heads of a symmetric model are mirrored within it: each identity mode is symmetric or turns into its
 * negative, expressions of the left become those of the right. Found from the 68 landmarks, and refused when the model is not so.
 */
import { InputError } from '@mfim/tensor-contracts';
import { landmarkBasis } from '../mesh/landmark-basis.ts';
import type { HeadModel } from './head-model.ts';

/** How what is said of a head changes when its picture is mirrored. */
export interface HeadMirror {
  /** 1 or -1 for each identity mode. */
  readonly identitySigns: readonly number[];
  /** For each expression the one that it becomes. */
  readonly expressionOrder: readonly number[];
  /** For each landmark the one on the other side. */
  readonly landmarkOrder: readonly number[];
}

/** Sides in names of blend shapes: browDown_L, jawLeft. */
const SIDES = [[/_L$/, '_R'], [/_R$/, '_L'], [/Left$/, 'Right'], [/Right$/, 'Left']] as const;
/** Of a mirrored mode and plus or minus itself; ICT-FaceKit's 100 modes have 0.98 and more. */
const LEAST_COSINE = 0.95;
/** In shares of the landmarks' mean square from 0. */
const MOST_ASYMMETRY = 1e-3;

type Points = ArrayLike<number>;

function mirrorPoints(points: Points, order: readonly number[]): Float64Array {
  return Float64Array.from({ length: points.length }, (_, at) => (at % 3 === 0 ? -1 : 1) * points[order[(at / 3) | 0]! * 3 + (at % 3)]!);
}

const product = (a: Points, b: Points): number => Array.prototype.reduce.call(a, (sum: unknown, value: unknown, at: number) => (sum as number) + (value as number) * b[at]!, 0) as number;

function asymmetric(what: string): InputError {
  return new InputError({ where: 'headMirror', expected: 'a model whose mirrored heads are heads of it', got: what, remedy: 'train without mirrored faces (augmentation.mirrored: 0)' });
}

/** The landmark nearest to the mirrored place of each. */
function otherSides(mean: Points): readonly number[] {
  const count = mean.length / 3;
  const indices = Array.from({ length: count }, (_, index) => index);
  const away = (from: number, to: number): number => (mean[from * 3]! + mean[to * 3]!) ** 2 + (mean[from * 3 + 1]! - mean[to * 3 + 1]!) ** 2 + (mean[from * 3 + 2]! - mean[to * 3 + 2]!) ** 2;
  return indices.map((from) => indices.reduce((best, to) => (away(from, to) < away(from, best) ? to : best), 0));
}

function otherExpression(names: readonly string[], name: string): number {
  const side = SIDES.find(([end]) => end.test(name));
  const other = names.indexOf(side === undefined ? name : name.replace(side[0], side[1]));
  if (other >= 0) return other;
  throw asymmetric(`${name} on one side alone`);
}

/** @throws InputError when mirrored heads are none of the model's */
export function headMirror({ basis, expressionNames }: HeadModel): HeadMirror {
  const { mean, identity } = landmarkBasis(basis, basis.landmarks);
  const landmarkOrder = otherSides(mean);
  const mirrored = mirrorPoints(mean, landmarkOrder);
  const difference = mean.map((value, at) => value - mirrored[at]!);
  if (product(difference, difference) > MOST_ASYMMETRY * product(mean, mean)) throw asymmetric('a mean head whose sides differ');
  const identitySigns = Array.from({ length: identity.length / mean.length }, (_, mode) => {
    const own = identity.subarray(mode * mean.length, (mode + 1) * mean.length);
    const cosine = product(own, mirrorPoints(own, landmarkOrder)) / product(own, own);
    if (Math.abs(cosine) >= LEAST_COSINE) return Math.sign(cosine);
    throw asymmetric(`mode ${mode}, which is neither symmetric nor turned into its negative`);
  });
  return { identitySigns, expressionOrder: expressionNames.map((name) => otherExpression(expressionNames, name)), landmarkOrder };
}
