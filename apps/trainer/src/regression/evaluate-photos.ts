/** What a regressor is worth on real photos, which have no labels: whether shapes know people, and head pose beside FSA-Net's; 3DDFA_V2 on the same photos. */
import { eulerFromRotation } from '@mfim/face3d';
import { openFaceCoefficients, openFaceFraming, threeDdfaRegressor } from '@mfim/losses-3dmm';
import type { CoefficientNetworkParameters } from '@mfim/losses-3dmm';
import { fixedCrop } from '@mfim/nn';
import * as tf from '@tensorflow/tfjs-core';
import { imagesAt } from '../training/training-set.ts';
import { correlation } from './evaluate-regressor.ts';
import type { FsaNet, HeadAngles } from './fsa-net.ts';
import type { MeasuredRegressor } from './measure-regressor.ts';
import type { PhotoPairs } from './photo-pairs.ts';
import { regressCrops } from './regression-step.ts';
import { samePersonFigures } from './same-person.ts';

/** What to compare. */
export interface PhotoEvaluation {
  readonly regressor: Pick<MeasuredRegressor, 'model' | 'flat'>;
  readonly photos: PhotoPairs;
  readonly threeDdfa?: CoefficientNetworkParameters;
  readonly fsaNet?: FsaNet;
}

const DEGREES = 180 / Math.PI;
const ANGLES = ['yaw', 'pitch', 'roll'] as const;

/** How a regressor reads whole aligned faces. */
function reader({ model, flat }: PhotoEvaluation['regressor']) {
  const framing = openFaceFraming(model.size.input);
  return (images: tf.Tensor) => openFaceCoefficients(regressCrops(model, flat, fixedCrop(framing, images)), model.size);
}

async function comparePose({ regressor, photos }: PhotoEvaluation, fsaNet: FsaNet): Promise<Record<string, number>> {
  const read = reader(regressor);
  const [ours, theirs]: [HeadAngles[], HeadAngles[]] = [[], []];
  for (const { dataset, number } of photos.pairs.flat()) {
    const image = await imagesAt(dataset, [number]);
    const rotation = tf.tidy(() => read(image).rotations);
    const { yaw, pitch, roll } = eulerFromRotation('hopenet', Float64Array.from(await rotation.data()));
    ours.push({ yaw: DEGREES * yaw, pitch: DEGREES * pitch, roll: DEGREES * roll });
    theirs.push(await fsaNet.angles(image));
    tf.dispose([image, rotation]);
  }
  const rows = ANGLES.map((angle) => [`${angle}CorrelationWithFsaNet`, correlation(ours.map((face) => face[angle]), theirs.map((face) => face[angle]))] as const);
  return Object.fromEntries(rows);
}

/** Numbers by name; those of 3DDFA_V2 begin with threeDdfa. */
export async function evaluatePhotos(evaluation: PhotoEvaluation): Promise<Record<string, number>> {
  const { regressor, photos, threeDdfa, fsaNet } = evaluation;
  const read = reader(regressor);
  const weights = tf.sqrt(tf.tensor1d(regressor.model.head.variances.slice()));
  const ours = await samePersonFigures((images) => tf.mul(read(images).identity, weights), photos);
  weights.dispose();
  const other = threeDdfa === undefined ? undefined : threeDdfaRegressor(threeDdfa);
  const theirs = other === undefined ? undefined : await samePersonFigures((images) => other.regress(images).shape, photos);
  return {
    pairs: photos.pairs.length,
    pairsAbsent: photos.absent,
    pairsNearlyOnePhoto: photos.nearDuplicates,
    samePersonArea: ours.samePersonArea,
    mirrorShare: ours.mirrorShare,
    ...(theirs === undefined ? {} : { threeDdfaSamePersonArea: theirs.samePersonArea, threeDdfaMirrorShare: theirs.mirrorShare }),
    ...(fsaNet === undefined ? {} : await comparePose(evaluation, fsaNet)),
  };
}
