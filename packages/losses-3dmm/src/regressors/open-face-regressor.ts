/** The open face regressor in the role of a coefficient regressor: crop, network, meaning. Its coefficients are those of ICT-FaceKit. */
import type * as tf from '@tensorflow/tfjs-core';
import { fixedCrop } from '@mfim/nn';
import { InputError } from '@mfim/tensor-contracts';
import type { CoefficientRegressor } from '@mfim/tensor-contracts';
import { confidenceOf } from './face-confidence.ts';
import { openFaceFraming } from './open-face-crop.ts';
import { OPEN_FACE_SIZE, openFaceNetwork } from './open-face-network.ts';
import type { FoldedOpenFace, OpenFaceSize } from './open-face-network.ts';
import { OPEN_FACE_POSE_WIDTH, openFaceCoefficients, openFacePose } from './open-face-outputs.ts';
import type { OpenFaceCoefficients } from './open-face-outputs.ts';

/** What a regressor is made of. */
export interface OpenFaceChoice {
  /** The shipped size when left out. */
  readonly size?: OpenFaceSize;
  /** Names of the expressions, such as jawOpen; `expression-0` and so on when left out. */
  readonly expressionNames?: readonly string[];
}

/** A regressor that says how wide its parts are, what they are called, and tells all it knows. */
export interface OpenFaceRegressor extends CoefficientRegressor<tf.Tensor> {
  readonly widths: { readonly shape: number; readonly pose: number; readonly expression: number };
  readonly names: { readonly shape: readonly string[]; readonly pose: readonly string[]; readonly expression: readonly string[] };
  /** @param image [batch, side, side, 3], FFHQ-aligned, in [-1, 1]; differentiable */
  read(image: tf.Tensor): OpenFaceCoefficients;
}

const POSE_NAMES = ['rotation-xx', 'rotation-yx', 'rotation-zx', 'rotation-xy', 'rotation-yy', 'rotation-zy', 'centre-x', 'centre-y', 'log-scale'];

const numbered = (word: string, count: number): readonly string[] => Array.from({ length: count }, (_, index) => `${word}-${index}`);

function namesOf({ identity, expression }: OpenFaceSize, given: readonly string[] | undefined): OpenFaceRegressor['names'] {
  if (given !== undefined && given.length !== expression) {
    throw new InputError({ where: 'openFaceRegressor', expected: `${expression} names of expressions`, got: `${given.length}`, remedy: 'pass the names of the model that the regressor was trained with' });
  }
  return { shape: numbered('identity', identity), pose: POSE_NAMES, expression: given ?? numbered('expression', expression) };
}

/**
 * Regresses FFHQ-aligned faces of any size, [batch, side, side, 3] in [-1, 1]: shape [batch, identity] in standard deviations, pose
 * [batch, 9] (`openFacePose`), expression [batch, expression] in 0..1, and how much to believe them, confidence [batch, 1].
 *
 * @param network of `foldOpenFace`, or read from an export by `readOpenFace`
 * @throws InputError when there are more or fewer names than expressions; its methods throw ShapeErrors for images of other forms
 */
export function openFaceRegressor(network: FoldedOpenFace, { size = OPEN_FACE_SIZE, expressionNames }: OpenFaceChoice = {}): OpenFaceRegressor {
  const names = namesOf(size, expressionNames);
  const framing = openFaceFraming(size.input);
  const read = (image: tf.Tensor): OpenFaceCoefficients => openFaceCoefficients(openFaceNetwork(network, size, fixedCrop(framing, image)), size);
  return {
    name: 'open-face-mobilenet',
    widths: { shape: size.identity, pose: OPEN_FACE_POSE_WIDTH, expression: size.expression },
    names,
    read,
    regress: (image) => {
      const coefficients = read(image);
      return { shape: coefficients.identity, pose: openFacePose(coefficients), expression: coefficients.expression, confidence: confidenceOf(coefficients.logDeviation) };
    },
  };
}
