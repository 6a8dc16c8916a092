/**
 * 3DDFA_V2's pose and landmarks on faces with labels, beside which our regressor's stand. Its landmarks are those of its second head, as
 * they are, and once more after what its 68 points and the labels' mean by a landmark is made equal: each of the 136 coordinates through
 * a line that was fitted on the other half of the faces. That can only favour 3DDFA_V2; ours gets no such help.
 */
import { mirrorRotation, rotationDistance } from '@mfim/face3d';
import { threeDdfaLandmarkHead, threeDdfaLandmarks, threeDdfaRegressor } from '@mfim/losses-3dmm';
import type { CoefficientNetworkParameters, ThreeDdfaRegressor } from '@mfim/losses-3dmm';
import type { WeightState } from '@mfim/nn';
import * as tf from '@tensorflow/tfjs-core';
import { imagesAt } from '../training/training-set.ts';
import { DEGREES, rotationErrors } from './evaluate-regressor.ts';
import { NO_WARP, warpLabels } from './face-warp.ts';
import type { LabelledFace } from './labelled-faces.ts';
import { meanOf } from './measure-regressor.ts';
import { labelTensors } from './regression-loss.ts';
import { LANDMARKS } from './regression-model.ts';
import type { JudgingHead } from './regression-model.ts';

/** Normalisation of 3DDFA_V2's numbers: each is `value * deviation + mean`. */
export interface ThreeDdfaScale {
  readonly mean: ArrayLike<number>;
  readonly deviation: ArrayLike<number>;
}

/** Both heads of the network. */
export interface ThreeDdfa {
  readonly regressor: ThreeDdfaRegressor;
  readonly landmarks: (image: tf.Tensor) => tf.Tensor3D;
  readonly scale: ThreeDdfaScale;
}

/** @param state names as in 3DDFA_V2's file; @throws ShapeError when the landmark head is missing */
export function threeDdfaOf(parameters: CoefficientNetworkParameters, state: WeightState, scale: ThreeDdfaScale): ThreeDdfa {
  return { regressor: threeDdfaRegressor(parameters), landmarks: threeDdfaLandmarks(parameters, threeDdfaLandmarkHead(state)), scale };
}

/** Faces of a half that a line is fitted on. */
const FEWEST_OF_A_HALF = 8;

const unit = (vector: readonly number[]): readonly number[] => vector.map((value) => value / Math.hypot(...vector));

/** The rotation in 3DDFA_V2's twelve pose numbers, a scaled [3, 4] matrix: its first two rows made unit vectors, the third their product. */
export function threeDdfaRotation(pose: ArrayLike<number>, { mean, deviation }: ThreeDdfaScale): Float64Array {
  const row = (index: number): readonly number[] => unit([0, 1, 2].map((column) => pose[index * 4 + column]! * deviation[index * 4 + column]! + mean[index * 4 + column]!));
  const [x, y] = [row(0), row(1)] as [readonly number[], readonly number[]];
  const z = [x[1]! * y[2]! - x[2]! * y[1]!, x[2]! * y[0]! - x[0]! * y[2]!, x[0]! * y[1]! - x[1]! * y[0]!];
  return Float64Array.from([...x, ...y, ...z]);
}

/** Landmarks of a face, [68, 2] each in shares of the image, and what a share of the eyes' distance is. */
export interface LandmarkFinding {
  readonly found: ArrayLike<number>;
  readonly labelled: ArrayLike<number>;
  readonly eyeDistance: number;
}

/** Mean over the faces of the mean distance of their landmarks, in percent of the eyes' distance. */
export function landmarksPercent(faces: readonly LandmarkFinding[]): number {
  const errorOf = ({ found, labelled, eyeDistance }: LandmarkFinding): number => {
    let sum = 0;
    for (let at = 0; at < labelled.length; at += 2) sum += Math.hypot(found[at]! - labelled[at]!, found[at + 1]! - labelled[at + 1]!);
    return (2 * sum) / labelled.length / eyeDistance;
  };
  return 100 * meanOf(faces.map(errorOf));
}

/** Slope and height of the line through points, in the least squares. */
function lineThrough(points: readonly (readonly [number, number])[]): readonly [slope: number, height: number] {
  const [x, y] = [meanOf(points.map(([first]) => first)), meanOf(points.map(([, second]) => second))];
  const spread = points.reduce((sum, [first]) => sum + (first - x) ** 2, 0);
  const slope = spread === 0 ? 0 : points.reduce((sum, [first, second]) => sum + (first - x) * (second - y), 0) / spread;
  return [slope, y - slope * x];
}

/** The faces with each coordinate through the line that fits the faces of the other half (even and odd places) best. */
export function calibrated(faces: readonly LandmarkFinding[]): readonly LandmarkFinding[] {
  const lines = [0, 1].map((half) => {
    const others = faces.filter((_, place) => place % 2 !== half);
    return Array.from({ length: 2 * LANDMARKS }, (_, at) => lineThrough(others.map(({ found, labelled }) => [found[at]!, labelled[at]!] as const)));
  });
  return faces.map((face, place) => ({ ...face, found: Array.from(face.found, (value, at) => lines[place % 2]![at]![0] * value + lines[place % 2]![at]![1]) }));
}

interface Finding {
  readonly rotation: Float64Array;
  /** Of the mirror image, turned back. */
  readonly mirrored: Float64Array;
  readonly landmarks: LandmarkFinding;
}

async function findIn({ regressor, landmarks, scale }: ThreeDdfa, head: JudgingHead, { dataset, labels }: LabelledFace): Promise<Finding> {
  const image = await imagesAt(dataset, [labels.number]);
  const crop = warpLabels(NO_WARP, labels, dataset.size);
  const tensors = tf.tidy(() => ({ pose: regressor.regress(image).pose, mirrored: regressor.regress(tf.reverse(image, 2)).pose, points: landmarks(image), eyeDistance: labelTensors(head, { labels: [crop], seen: [true], exact: [true] }).eyeDistance }));
  const [pose, mirrored, found, [eyeDistance]] = await Promise.all([tensors.pose.data(), tensors.mirrored.data(), tensors.points.data(), tensors.eyeDistance.data()]);
  tf.dispose([image, tensors] as never);
  return { rotation: threeDdfaRotation(pose, scale), mirrored: mirrorRotation(threeDdfaRotation(mirrored, scale)), landmarks: { found, labelled: crop.landmarks, eyeDistance: eyeDistance as number } };
}

/** Mean errors on the same images: of the rotation in degrees, how far the mirror image's is from it, of the landmarks in percent of the eyes' distance. */
export async function evaluateThreeDdfa(network: ThreeDdfa, head: JudgingHead, faces: readonly LabelledFace[]): Promise<Record<string, number>> {
  const findings: Finding[] = [];
  for (const face of faces) findings.push(await findIn(network, head, face));
  const { plain, aligned } = rotationErrors(findings.map(({ rotation }) => rotation), faces.map(({ labels }) => Float64Array.from(labels.rotation)));
  const landmarks = findings.map((finding) => finding.landmarks);
  return {
    threeDdfaRotationDegrees: plain,
    threeDdfaRotationDegreesAligned: aligned,
    threeDdfaMirroredRotationDegrees: DEGREES * meanOf(findings.map(({ rotation, mirrored }) => rotationDistance(rotation, mirrored))),
    threeDdfaLandmarksPercent: landmarksPercent(landmarks),
    ...(faces.length < 2 * FEWEST_OF_A_HALF ? {} : { threeDdfaLandmarksPercentFittedOnOtherHalf: landmarksPercent(calibrated(landmarks)) }),
  };
}
