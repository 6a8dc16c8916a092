/** A batch of crops with their labels, drawn from a resumable stream and made on the host while the engine computes the step before. */
import type { HeadMirror } from '@mfim/face3d';
import type { PlanStream } from '../run/stage.ts';
import { randomStream } from '../pretraining/random-stream.ts';
import type { RandomStream } from '../pretraining/random-stream.ts';
import { NO_WARP, mirrorLabels, mirrorPicture, readWarped, warpLabels } from './face-warp.ts';
import type { CropLabels, FaceGeometry, FaceWarp, SquarePicture } from './face-warp.ts';
import type { LabelledFace } from './labelled-faces.ts';
import type { RegressionConfig } from './regression-config.ts';
import { boundedNormal, spoilCrop } from './spoil-crop.ts';

/** What is read ahead of a step. */
export interface FacePlan {
  /** Indices of labelled faces. */
  readonly faces: readonly number[];
  /** Where the batch's own stream starts. */
  readonly seed: number;
}

/** One batch on the host. */
export interface FaceBatch {
  /** [faces, input, input, 3] in [-1, 1]. */
  readonly crops: Float32Array;
  readonly labels: readonly CropLabels[];
  /** Whether a face is left in the crop. */
  readonly seen: readonly boolean[];
  /** Whether the labels are exact: rendered, not fitted. */
  readonly exact: readonly boolean[];
}

const SEEDS = 2 ** 32;
const HALF_BYTE = 127.5;
const DEGREES = Math.PI / 180;

/** Plans from a seed, or from the `state()` of an earlier stream; faces are drawn with replacement. */
export function facePlans(batch: number, count: number, start: number | readonly number[]): PlanStream<FacePlan> {
  const random = randomStream(start);
  return {
    state: random.state,
    next: () => ({
      faces: Array.from({ length: batch }, () => Math.floor(random.uniform() * count)),
      seed: Math.floor(random.uniform() * SEEDS),
    }),
  };
}

/** What a batch is made for. */
export interface BatchForm {
  readonly input: number;
  /** Absent: faces as they are. */
  readonly augmentation?: RegressionConfig['augmentation'];
  /** What mirrored faces need; absent: none is mirrored. */
  readonly mirror?: HeadMirror;
}

interface SeenCrop {
  readonly values: Float32Array;
  readonly labels: CropLabels;
  readonly seen: boolean;
}

function drawWarp({ scale, shift, roll }: RegressionConfig['augmentation'], normal: () => number): FaceWarp {
  return { factor: Math.exp(scale * normal()), turn: roll * DEGREES * normal(), shift: [shift * normal(), shift * normal()] };
}

/** A face, or its mirror image as often as the augmentation says. */
async function readFace({ dataset, labels }: LabelledFace, { augmentation, mirror }: BatchForm, random: RandomStream): Promise<{ readonly picture: SquarePicture; readonly labels: FaceGeometry }> {
  const { size } = dataset;
  const picture = { pixels: await dataset.read([labels.number]), size };
  if (augmentation === undefined || mirror === undefined || random.uniform() >= augmentation.mirrored) return { picture, labels };
  return { picture: mirrorPicture(picture), labels: mirrorLabels(mirror, labels, size) };
}

async function readCrop(face: LabelledFace, form: BatchForm, seed: number): Promise<SeenCrop> {
  const { input, augmentation } = form;
  const random = randomStream(seed);
  const { picture, labels } = await readFace(face, form, random);
  const warp = augmentation === undefined ? NO_WARP : drawWarp(augmentation, () => boundedNormal(random));
  const values = readWarped(warp, picture, input);
  for (let at = 0; at < values.length; at += 1) values[at] = values[at]! / HALF_BYTE - 1;
  const seen = augmentation === undefined || spoilCrop({ values, side: input }, augmentation, random);
  return { values, labels: warpLabels(warp, labels, picture.size), seen };
}

/** Reads and spoils the crops of a plan's faces. */
export async function loadFaces(faces: readonly LabelledFace[], seed: number, form: BatchForm): Promise<FaceBatch> {
  const seeds = randomStream(seed);
  const rows = await Promise.all(faces.map((face) => readCrop(face, form, Math.floor(seeds.uniform() * SEEDS))));
  const crops = new Float32Array(rows.length * form.input ** 2 * 3);
  rows.forEach(({ values }, row) => crops.set(values, row * values.length));
  return { crops, labels: rows.map(({ labels }) => labels), seen: rows.map(({ seen }) => seen), exact: faces.map(({ exact }) => exact) };
}
