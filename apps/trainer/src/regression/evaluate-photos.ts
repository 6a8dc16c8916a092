/**
 * What a regressor is worth on real photos, which have no labels: whether shapes know people, and head pose beside FSA-Net's; 3DDFA_V2 on
 * the same photos. Roll is left out of the pose: alignment has taken it out of the photos.
 */
import { headAngles } from '@mfim/face3d';
import type { HeadAngles } from '@mfim/face3d';
import { openFaceCoefficients, openFaceFraming } from '@mfim/losses-3dmm';
import { fixedCrop } from '@mfim/nn';
import * as tf from '@tensorflow/tfjs-core';
import { imagesAt } from '../training/training-set.ts';
import { correlation } from './evaluate-regressor.ts';
import { threeDdfaRotation } from './evaluate-three-ddfa.ts';
import type { ThreeDdfa } from './evaluate-three-ddfa.ts';
import type { FsaNet } from './fsa-net.ts';
import type { MeasuredRegressor } from './measure-regressor.ts';
import type { PhotoPairs } from './photo-pairs.ts';
import { regressCrops } from './regression-step.ts';
import { samePersonFigures } from './same-person.ts';

/** What to compare. */
export interface PhotoEvaluation {
  readonly regressor: Pick<MeasuredRegressor, 'model' | 'flat'>;
  readonly photos: PhotoPairs;
  readonly threeDdfa?: Pick<ThreeDdfa, 'regressor' | 'scale'>;
  readonly fsaNet?: FsaNet;
}

const ANGLES = ['yaw', 'pitch'] as const;
/** Degrees from the median of all photos, as FSA-Net sees them, from which a head counts as turned. */
const TURNED = 10;
/** Fewer turned heads say nothing. */
const FEWEST_TURNED = 8;

/** How a regressor reads whole aligned faces. */
function reader({ model, flat }: PhotoEvaluation['regressor']) {
  const framing = openFaceFraming(model.size.input);
  return (images: tf.Tensor) => openFaceCoefficients(regressCrops(model, flat, fixedCrop(framing, images)), model.size);
}

/** The rotation in an image, as nine numbers. */
type RotationOf = (image: tf.Tensor) => Promise<Float64Array>;

async function numbersOf(found: tf.Tensor): Promise<Float64Array> {
  const numbers = Float64Array.from(await found.data());
  found.dispose();
  return numbers;
}

function rotationReaders({ regressor, threeDdfa }: PhotoEvaluation): Readonly<Record<string, RotationOf>> {
  const read = reader(regressor);
  const ours: RotationOf = (image) => numbersOf(tf.tidy(() => read(image).rotations));
  if (threeDdfa === undefined) return { '': ours };
  return { '': ours, threeDdfa: async (image) => threeDdfaRotation(await numbersOf(tf.tidy(() => threeDdfa.regressor.regress(image).pose)), threeDdfa.scale) };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}

const capitalised = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);

/** `yawCorrelationWithFsaNet` over all photos, `yawCorrelationWithFsaNetWhereTurned` over heads that are turned, and how many those are. */
async function comparePose(evaluation: PhotoEvaluation, fsaNet: FsaNet): Promise<Record<string, number>> {
  const readers = Object.entries(rotationReaders(evaluation));
  const found = new Map(readers.map(([name]) => [name, [] as HeadAngles[]]));
  const theirs: HeadAngles[] = [];
  for (const { dataset, number } of evaluation.photos.all) {
    const image = await imagesAt(dataset, [number]);
    for (const [name, rotationOf] of readers) found.get(name)!.push(headAngles(await rotationOf(image)));
    theirs.push(await fsaNet.angles(image));
    image.dispose();
  }
  const figures: Record<string, number> = { posePhotos: theirs.length };
  for (const angle of ANGLES) {
    const middle = median(theirs.map((face) => face[angle]));
    const turned = theirs.flatMap((face, index) => (Math.abs(face[angle] - middle) >= TURNED ? [index] : []));
    figures[`${angle}Turned`] = turned.length;
    for (const [name, ours] of found) {
      const row = `${name === '' ? angle : name + capitalised(angle)}CorrelationWithFsaNet`;
      figures[row] = correlation(ours.map((face) => face[angle]), theirs.map((face) => face[angle]));
      if (turned.length >= FEWEST_TURNED) figures[`${row}WhereTurned`] = correlation(turned.map((index) => ours[index]![angle]), turned.map((index) => theirs[index]![angle]));
    }
  }
  return figures;
}

/** Numbers by name; those of 3DDFA_V2 begin with threeDdfa. */
export async function evaluatePhotos(evaluation: PhotoEvaluation): Promise<Record<string, number>> {
  const { regressor, photos, threeDdfa, fsaNet } = evaluation;
  const read = reader(regressor);
  const weights = tf.sqrt(tf.tensor1d(regressor.model.head.variances.slice()));
  const ours = await samePersonFigures((images) => tf.mul(read(images).identity, weights), photos);
  weights.dispose();
  const theirs = threeDdfa === undefined ? undefined : await samePersonFigures((images) => threeDdfa.regressor.regress(images).shape, photos);
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
