/** One step: the regressor's gradient on a batch through Adam, and the average. */
import { foldOpenFace, openFaceNetwork } from '@mfim/losses-3dmm';
import type { OpenFaceParameters } from '@mfim/losses-3dmm';
import * as tf from '@tensorflow/tfjs-core';
import { parametersOf } from '../model/flat-network.ts';
import { descend } from '../pretraining/descend.ts';
import type { StepResult } from '../run/stage.ts';
import { averageWeights } from '../training/average-weights.ts';
import type { FaceBatch } from './face-batch.ts';
import type { RegressionConfig } from './regression-config.ts';
import { labelTensors, regressionLoss } from './regression-loss.ts';
import type { RegressionModel } from './regression-model.ts';
import { disposeRegression } from './regression-state.ts';
import type { RegressionState } from './regression-state.ts';

/** What stays the same. */
export interface RegressionContext {
  readonly config: RegressionConfig;
  readonly model: RegressionModel;
}

/** The rate of a step: up a line, down a cosine. */
export function rateAt(step: number, { rate, warmUp }: RegressionConfig['optimiser'], steps: number): number {
  if (step < warmUp) return (rate * (step + 1)) / warmUp;
  return (rate * (1 + Math.cos((Math.PI * (step - warmUp)) / Math.max(1, steps - warmUp)))) / 2;
}

/** Raw numbers of crops; differentiable by the flat vector. */
export function regressCrops({ network, size }: RegressionModel, flat: tf.Tensor, crops: tf.Tensor): tf.Tensor2D {
  return openFaceNetwork(foldOpenFace(parametersOf(network, flat) as unknown as OpenFaceParameters), size, crops);
}

/** [faces, input, input, 3] */
export function cropTensor({ crops, labels }: FaceBatch, input: number): tf.Tensor4D {
  return tf.tensor4d(crops, [labels.length, input, input, 3]);
}

function nextTensors({ config, model }: RegressionContext, state: RegressionState, batch: FaceBatch) {
  const { optimiser, steps } = config;
  const labels = labelTensors(model.head, batch);
  const crops = cropTensor(batch, model.size.input);
  const trained = { parameters: state.weights, state: state.adam };
  const rates = { rate: rateAt(state.step, optimiser, steps), beta1: optimiser.beta1, beta2: optimiser.beta2 };
  const lossOf = (flat: tf.Tensor) => {
    const { total, terms } = regressionLoss(model, { numbers: regressCrops(model, flat, crops), labels }, config);
    return { total, terms: { total, ...terms } };
  };
  const { trained: next, terms } = descend(trained, () => lossOf, { rates, parts: 1 });
  const settings = { batch: config.batch, images: state.step * config.batch, halfLifeKimg: optimiser.averageHalfLifeKimg, rampUp: optimiser.averageRampUp };
  const values = tf.stack(Object.values(terms).map((term) => tf.reshape(term, [])));
  tf.dispose(terms as never);
  return { weights: next.parameters, adam: next.state, average: averageWeights(state.average, next.parameters, settings), values, names: Object.keys(terms) };
}

/** Takes one step; the old state's tensors are disposed. */
export function regressionStep(context: RegressionContext, state: RegressionState, batch: FaceBatch): StepResult<RegressionState> {
  const next = tf.tidy(() => nextTensors(context, state, batch) as never) as unknown as ReturnType<typeof nextTensors>;
  const values = next.values.dataSync();
  next.values.dispose();
  disposeRegression(state);
  const terms = Object.fromEntries(next.names.map((name, index) => [name, values[index] as number]));
  return { state: { step: state.step + 1, weights: next.weights, average: next.average, adam: next.adam }, terms };
}
