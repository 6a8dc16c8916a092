/** What a regressor is off by on faces that it did not learn from, as they are: not warped, not spoilt. */
import { openFaceCoefficients } from '@mfim/losses-3dmm';
import * as tf from '@tensorflow/tfjs-core';
import { loadFaces } from './face-batch.ts';
import type { FaceBatch } from './face-batch.ts';
import type { LabelledFace } from './labelled-faces.ts';
import type { MarkedFace } from './landmark-sheet.ts';
import { faceErrors, labelTensors, predictedLandmarks } from './regression-loss.ts';
import type { FaceErrors } from './regression-loss.ts';
import type { RegressionModel } from './regression-model.ts';
import { cropTensor, regressCrops } from './regression-step.ts';

/** What is measured. */
export interface MeasuredRegressor {
  readonly model: RegressionModel;
  /** Its flat vector. */
  readonly flat: tf.Tensor;
  /** Faces in one pass. */
  readonly batch: number;
}

/** Errors of every face by name, in the order of the faces, and the faces with their landmarks. */
export interface Measured {
  readonly errors: Readonly<Record<keyof FaceErrors | 'logDeviation', readonly number[]>>;
  readonly marked: readonly MarkedFace[];
}

type Names = keyof Measured['errors'];

function measureBatch({ model, flat }: MeasuredRegressor, batch: FaceBatch) {
  const labels = labelTensors(model.head, batch);
  const coefficients = openFaceCoefficients(regressCrops(model, flat, cropTensor(batch, model.size.input)), model.size);
  const { identity, expression, logDeviation } = coefficients;
  return { ...faceErrors(model.head, coefficients, labels), logDeviation, regressed: predictedLandmarks(model.head.narrow.vertices({ identity, expression }), coefficients) };
}

function markedFaces(batch: FaceBatch, regressed: ArrayLike<number>): readonly MarkedFace[] {
  const [pixels, numbers] = [batch.crops.length / batch.labels.length, regressed.length / batch.labels.length];
  return batch.labels.map(({ landmarks }, row) => ({
    crop: batch.crops.slice(row * pixels, (row + 1) * pixels),
    labelled: landmarks,
    regressed: Array.prototype.slice.call(regressed, row * numbers, (row + 1) * numbers) as number[],
  }));
}

/** Measures faces, a batch at a time. */
export async function measureRegressor(measured: MeasuredRegressor, faces: readonly LabelledFace[]): Promise<Measured> {
  const errors: Partial<Record<Names, number[]>> = {};
  const marked: MarkedFace[] = [];
  for (let first = 0; first < faces.length; first += measured.batch) {
    const batch = await loadFaces(faces.slice(first, first + measured.batch), 0, { input: measured.model.size.input });
    const { regressed, ...found } = tf.tidy(() => measureBatch(measured, batch) as never) as unknown as ReturnType<typeof measureBatch>;
    for (const [name, error] of Object.entries(found)) (errors[name as Names] ??= []).push(...(await error.data()));
    marked.push(...markedFaces(batch, await regressed.data()));
    tf.dispose([found, regressed] as never);
  }
  return { errors: errors as Measured['errors'], marked };
}

/** The mean of some numbers. */
export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
