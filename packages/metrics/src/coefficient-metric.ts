/**
 * L2 distance of 3DMM coefficients of two faces: one of the three groups. A table over a set states the root of the mean of the
 * squares in some papers; `report` states the mean.
 */
import { FaceError, InputError, LEAST_CONFIDENCE } from '@mfim/tensor-contracts';
import type { Metric } from '@mfim/tensor-contracts';
import type * as tf from '@tensorflow/tfjs-core';
import type { CoefficientJudge, JudgedFace } from './coefficient-judge.ts';
import { checkImagePair } from './image-pair.ts';

/** The groups of coefficients. */
export type CoefficientGroup = 'shape' | 'pose' | 'expression';

const ORDER = ['the first', 'the second'] as const;

function checkNumbers(where: string, faces: readonly JudgedFace[], group: CoefficientGroup): void {
  const broken = faces.findIndex(({ [group]: numbers, confidence = 1 }) => !Array.prototype.every.call(numbers, Number.isFinite) || Number.isNaN(confidence));
  if (broken >= 0) throw new InputError({ where, expected: 'images of finite numbers', got: `${ORDER[broken]} one, of which NaN is said`, remedy: 'look for what broke that image' });
  const [first, second] = faces.map(({ [group]: numbers }) => numbers.length);
  if (first !== second) throw new InputError({ where, expected: 'coefficients of one model', got: `${first} and ${second}`, remedy: 'judge both faces by the same regressor' });
}

function checkConfidence(where: string, faces: readonly JudgedFace[]): void {
  const doubts = faces.flatMap(({ confidence = 1 }, index) => (confidence >= LEAST_CONFIDENCE ? [] : [`${confidence.toFixed(2)} for ${ORDER[index]}`]));
  if (doubts.length === 0) return;
  throw new FaceError({ where, expected: `faces with a confidence of ${LEAST_CONFIDENCE} or more`, got: doubts.join(', '), remedy: 'leave the pair out, as report does, or pass images of one face each, aligned as in FFHQ' });
}

/**
 * A metric named `<group>/<judge>` of faces [1, height, width, 3]. It rejects with a FaceError where the judge doubts a face: no
 * number is better than one about nothing.
 */
export function coefficientMetric({ name: judgeName, judge }: CoefficientJudge, group: CoefficientGroup): Metric<tf.Tensor> {
  const name = `${group}/${judgeName}`;
  return {
    name,
    better: 'lower',
    async measure(first, second) {
      checkImagePair(name, first, second);
      const faces = [await judge(first), await judge(second)] as const;
      checkNumbers(name, faces, group);
      checkConfidence(name, faces);
      const [ours, theirs] = [faces[0][group], faces[1][group]];
      let sum = 0;
      for (let index = 0; index < ours.length; index += 1) sum += ((ours[index] as number) - (theirs[index] as number)) ** 2;
      return Math.sqrt(sum);
    },
  };
}
