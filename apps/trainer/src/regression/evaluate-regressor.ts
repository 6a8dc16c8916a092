/**
 * What a regressor is worth on held-out faces with labels: errors in degrees, percent and millimetres, whether it knows them, and whether
 * a mirrored face gives the mirrored pose.
 */
import { openFaceCoefficients } from '@mfim/losses-3dmm';
import { mirrorRotation, rotationDistance } from '@mfim/face3d';
import * as tf from '@tensorflow/tfjs-core';
import { loadFaces } from './face-batch.ts';
import type { LabelledFace } from './labelled-faces.ts';
import { faceErrors, labelTensors } from './regression-loss.ts';
import { LANDMARKS } from './regression-model.ts';
import type { MeasuredRegressor } from './measure-regressor.ts';
import { meanOf } from './measure-regressor.ts';
import { cropTensor, regressCrops } from './regression-step.ts';
import { alignedDistance, nearestRotation } from './rigid-alignment.ts';

/** In a radian. */
export const DEGREES = 180 / Math.PI;

/** Of one face. */
interface FaceFindings {
  readonly landmarks: number;
  readonly expression: number;
  readonly logDeviation: number;
  /** Row by row, of the face, and of its mirror image turned back. */
  readonly rotation: Float64Array;
  readonly mirrored: Float64Array;
  readonly labelled: Float64Array;
  /** Millimetres of the face at rest, after rigid alignment. */
  readonly shape: number;
  /** The same of the mean face: what knowing nothing is worth. */
  readonly meanShape: number;
}

const rowsOf = (tensor: tf.Tensor): readonly Float64Array[] => {
  const [values, rows] = [tensor.dataSync(), tensor.shape[0] as number];
  const width = values.length / rows;
  return Array.from({ length: rows }, (_, row) => Float64Array.from(values.slice(row * width, (row + 1) * width)));
};

/** The head at rest without its landmarks, [batch, points, 3]. */
function restingPoints(vertices: MeasuredRegressor['model']['head']['whole'], identity: tf.Tensor): readonly Float64Array[] {
  const expression = tf.zeros([identity.shape[0] as number, vertices.widths.expression]);
  return rowsOf(tf.slice(vertices.vertices({ identity, expression }), [0, LANDMARKS, 0], [-1, -1, 3]));
}

async function findingsOf({ model, flat }: MeasuredRegressor, faces: readonly LabelledFace[]): Promise<readonly FaceFindings[]> {
  const { head, size } = model;
  const batch = await loadFaces(faces, 0, { input: size.input });
  const find = (): readonly FaceFindings[] => {
    const crops = cropTensor(batch, size.input);
    const labels = labelTensors(head, batch);
    const coefficients = openFaceCoefficients(regressCrops(model, flat, crops), size);
    const { rotations } = openFaceCoefficients(regressCrops(model, flat, tf.reverse(crops, 2)), size);
    const errors = faceErrors(head, coefficients, labels);
    const [ours, theirs, mean] = [restingPoints(head.narrow, coefficients.identity), restingPoints(head.whole, labels.identity), restingPoints(head.narrow, tf.zeros([1, size.identity]))];
    const [landmarks, expression, logDeviation] = [errors.landmarks, errors.expression, coefficients.logDeviation].map((tensor) => tensor.dataSync());
    const [turned, mirrored, labelled] = [coefficients.rotations, rotations, labels.rotations].map(rowsOf);
    return faces.map((_, row) => ({
      landmarks: landmarks![row]!,
      expression: expression![row]!,
      logDeviation: logDeviation![row]!,
      rotation: turned![row]!,
      mirrored: mirrorRotation(mirrored![row]!),
      labelled: labelled![row]!,
      shape: alignedDistance(ours[row]!, theirs[row]!) * head.whole.millimetresPerUnit,
      meanShape: alignedDistance(mean[0]!, theirs[row]!) * head.whole.millimetresPerUnit,
    }));
  };
  return tf.tidy(() => find() as never) as unknown as readonly FaceFindings[];
}

const innerProduct = (first: readonly number[], second: readonly number[]): number => first.reduce((sum, value, at) => sum + value * second[at]!, 0);

/** Pearson's correlation. */
export function correlation(first: readonly number[], second: readonly number[]): number {
  const [a, b] = [first, second].map((values) => values.map((value) => value - meanOf(values))) as [number[], number[]];
  return innerProduct(a, b) / Math.sqrt(innerProduct(a, a) * innerProduct(b, b));
}

/**
 * Mean angle between rotations in degrees. The frames of two models differ by a constant turn of the head; `aligned` takes out the
 * one that fits best.
 */
export function rotationErrors(found: readonly Float64Array[], labelled: readonly Float64Array[]): { readonly plain: number; readonly aligned: number } {
  const products = new Float64Array(9);
  found.forEach((rotation, face) => {
    for (let entry = 0; entry < 9; entry += 1) {
      for (let inner = 0; inner < 3; inner += 1) products[entry]! += rotation[inner * 3 + Math.floor(entry / 3)]! * labelled[face]![inner * 3 + (entry % 3)]!;
    }
  });
  const frame = nearestRotation(products);
  const reframed = found.map((rotation) => Float64Array.from({ length: 9 }, (_, at) => [0, 1, 2].reduce((sum, inner) => sum + rotation[at - (at % 3) + inner]! * frame[inner * 3 + (at % 3)]!, 0)));
  const mean = (rotations: readonly Float64Array[]): number => DEGREES * meanOf(rotations.map((rotation, face) => rotationDistance(rotation, labelled[face]!)));
  return { plain: mean(found), aligned: mean(reframed) };
}

/** Measures a regressor on faces with labels, a batch at a time. */
export async function evaluateRegressor(measured: MeasuredRegressor, faces: readonly LabelledFace[]): Promise<Record<string, number>> {
  const findings: FaceFindings[] = [];
  for (let first = 0; first < faces.length; first += measured.batch) findings.push(...(await findingsOf(measured, faces.slice(first, first + measured.batch))));
  const all = <Name extends keyof FaceFindings>(name: Name): FaceFindings[Name][] => findings.map((finding) => finding[name]);
  const rotations = rotationErrors(all('rotation'), all('labelled'));
  return {
    faces: findings.length,
    rotationDegrees: rotations.plain,
    rotationDegreesAligned: rotations.aligned,
    landmarksPercent: 100 * meanOf(all('landmarks')),
    shapeMillimetres: meanOf(all('shape')),
    meanFaceMillimetres: meanOf(all('meanShape')),
    expression: meanOf(all('expression')),
    mirroredRotationDegrees: DEGREES * meanOf(findings.map(({ rotation, mirrored }) => rotationDistance(rotation, mirrored))),
    deviationCorrelation: correlation(all('logDeviation'), all('landmarks').map(Math.log)),
  };
}
