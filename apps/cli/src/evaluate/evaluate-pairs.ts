/**
 * Swaps random pairs of portraits and measures each: identity cosines by SFace on the pasted photo,
 * and pixel distances between the drawn face and the target's face, both at the model's resolution.
 * Beside it, each target swapped onto itself: how well the model rebuilds a face.
 */
import { resample } from '@mfim/faces';
import type { PreparedFace } from '@mfim/pipeline';
import type { ByteImage } from '@mfim/tensor-contracts';
import { measureIdentity } from '../identity/measure-identity.ts';
import type { IdentityReport } from '../identity/measure-identity.ts';
import type { Workshop } from '../open-workshop.ts';
import type { FaceDistanceValues, FaceDistances } from './face-distances.ts';
import type { ImageMeasures } from './image-measures.ts';

/** A portrait whose face was found. */
export interface Portrait {
  readonly name: string;
  readonly face: PreparedFace;
}

/** Who is swapped onto whom. */
export interface PortraitPair {
  readonly source: Portrait;
  readonly target: Portrait;
}

/** One measured swap. */
export interface PairResult extends PortraitPair {
  readonly image: ByteImage;
  readonly identity: IdentityReport;
  /** Drawn face against the target's face, by measure. */
  readonly toTarget: Readonly<Record<string, number>>;
  /** Of 3DMM coefficients, where a regressor is at hand. */
  readonly distances?: FaceDistanceValues;
}

/** What measures. */
export interface Measuring {
  readonly images: ImageMeasures;
  readonly distances: FaceDistances | undefined;
}

function drawFace(face: PreparedFace, size: number): ByteImage {
  return face.crop.width === size ? face.crop : resample(face.crop, { width: size, height: size }, 'lanczos');
}

async function render({ pipeline }: Workshop, source: PreparedFace, target: PreparedFace) {
  const mixer = pipeline.createMixer({ target, sources: [{ face: source }] });
  return mixer.render();
}

/** Swaps and measures one pair. */
export async function evaluatePair(
  workshop: Workshop,
  { images, distances }: Measuring,
  { source, target }: PortraitPair,
): Promise<PairResult> {
  const { image, crop } = await render(workshop, source.face, target.face);
  const faces = {
    target: target.face.faces,
    sources: [source.face.faces],
    chosen: { target: target.face.chosen.index, sources: [source.face.chosen.index] },
  };
  const photos = { target: target.face.photo, sources: [source.face.photo] };
  const identity = await measureIdentity(workshop.identity, { ...photos, result: { image, faces } });
  const [wanted, giver] = [drawFace(target.face, crop.width), drawFace(source.face, crop.width)];
  const toTarget = await images.measure(crop, wanted);
  const measured = await distances?.measure({ swapped: crop, source: giver, target: wanted });
  return { source, target, image, identity, toTarget, ...(measured === undefined ? {} : { distances: measured }) };
}

/** The target swapped onto itself against itself, by measure. */
export async function evaluateReconstruction(
  workshop: Workshop,
  measures: ImageMeasures,
  { face }: Portrait,
): Promise<Readonly<Record<string, number>>> {
  const { crop } = await render(workshop, face, face);
  return measures.measure(crop, drawFace(face, crop.width));
}
