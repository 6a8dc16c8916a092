/** 3DMM coefficients of single faces as host arrays, from a regressor of tensors or from whatever computes them (an ONNX session). */
import type { CoefficientRegressor } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';

/** What is said of one face. */
export interface JudgedFace {
  readonly shape: ArrayLike<number>;
  readonly pose: ArrayLike<number>;
  readonly expression: ArrayLike<number>;
  /** 0 to 1; absent where the judge does not say. */
  readonly confidence?: number;
}

/** Says it, of faces [1, height, width, 3], FFHQ-aligned, in [-1, 1]. */
export interface CoefficientJudge {
  readonly name: string;
  judge(face: tf.Tensor): Promise<JudgedFace>;
}

/** The same judge, asked once for each tensor, however many metrics want to know. */
export function rememberingJudge({ name, judge }: CoefficientJudge): CoefficientJudge {
  const known = new WeakMap<tf.Tensor, Promise<JudgedFace>>();
  return {
    name,
    judge(face) {
      const found = known.get(face) ?? judge(face);
      known.set(face, found);
      return found;
    },
  };
}

async function judgeFace(regressor: CoefficientRegressor<tf.Tensor>, face: tf.Tensor): Promise<JudgedFace> {
  const found = tf.tidy(() => regressor.regress(face) as never) as ReturnType<typeof regressor.regress>;
  const { confidence, ...parts } = found;
  const [shape, pose, expression] = await Promise.all([parts.shape.data(), parts.pose.data(), parts.expression.data()]);
  const share = confidence === undefined ? {} : { confidence: (await confidence.data())[0] as number };
  tf.dispose(found as never);
  return { shape, pose, expression, ...share };
}

/** A regressor as a judge that remembers. */
export function coefficientJudge(regressor: CoefficientRegressor<tf.Tensor>): CoefficientJudge {
  return rememberingJudge({ name: regressor.name, judge: (face) => judgeFace(regressor, face) });
}
