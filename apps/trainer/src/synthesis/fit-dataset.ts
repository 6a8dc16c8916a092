/**
 * Labels for photos: MediaPipe's mesh is found on every FFHQ-aligned face of a dataset and ICT-FaceKit's head fitted to it. `fits.jsonl`
 * gets a line for each image, in order: labels as those of rendered heads, with error and confidence, or why there are none.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fitLandmarks, mediapipeLandmarks, portraitCamera } from '@mfim/face3d';
import type { FitOptions, HeadModel, MediapipeLandmarks } from '@mfim/face3d';
import { FaceError, InputError } from '@mfim/tensor-contracts';
import { z } from 'zod';
import type { Dataset } from '../dataset/open-dataset.ts';
import { parseJson } from '../files/parse-json.ts';
import { replaceFile } from '../files/replace-file.ts';
import { openAppendOnly } from '../watch/append-only-file.ts';
import { correctPitch } from './correct-pitch.ts';
import { headLabels, labelsSchema } from './face-labels.ts';
import type { FaceEmbedder } from './face-embedder.ts';
import type { FacemeshNetwork } from './facemesh-network.ts';
import { headLandmarks } from './head-landmarks.ts';
import type { NamedPeople } from './people-file.ts';
import { identityOf } from './people-prior.ts';

/** Lines of JSON, one for each image. */
export const FITS_FILE = 'fits.jsonl';

const fitSchema = z.union([
  z.strictObject({ ...labelsSchema.omit({ person: true }).shape, error: z.number().nonnegative(), confidence: z.number().min(0).max(1), people: z.string().optional() }),
  z.strictObject({ number: z.number().int().nonnegative(), refused: z.string().min(1) }),
]);

/** What became of one image: labels, or the reason why there are none. */
export type FaceFit = z.infer<typeof fitSchema>;

/** What to fit. */
export interface FitDatasetOptions {
  readonly dataset: Dataset;
  readonly folder: string;
  readonly model: HeadModel;
  readonly network: Pick<FacemeshNetwork, 'find'>;
  /** What is known of each person before the fit. */
  readonly people?: NamedPeople & FaceEmbedder;
  readonly signal?: AbortSignal;
  /** Called after each image. */
  readonly onProgress?: (fit: FaceFit) => void;
}

/** Where the landmarks of an FFHQ-aligned face lie, in shares of the image: the mean square that 3DDFA_V2's crop uses, less its margin. */
const FACE_BOX = { centreX: 0.508, centreY: 0.658, half: 0.288 } as const;
/** Below it the network sees no face. */
const LEAST_PRESENCE = 0.5;
/** Of the mesh's points in shares of its span: what the network misses on rendered heads. */
const NOISE = 0.03;

/** How far a head may be from what its person's embedding says, in standard deviations of the modes: landmarks are missed by hardly more than without (readme, "Faces with labels"). */
const PERSON_SPREAD = 0.25;

const encoder = new TextEncoder();

/** The fits that a folder holds. @throws InputError when a line is damaged */
export async function readFits(folder: string): Promise<readonly FaceFit[]> {
  const file = path.join(folder, FITS_FILE);
  const text = await readFile(file, 'utf8').catch(() => '');
  // A line without an end was cut off by whatever stopped the run.
  return text.split('\n').slice(0, -1).map((line, number) => {
    const parsed = fitSchema.safeParse(parseJson(line));
    if (parsed.success && parsed.data.number === number) return parsed.data;
    throw new InputError({ where: file, expected: 'a fit for each image', got: `line ${number + 1} that is none`, remedy: 'remove the file and fit anew' });
  });
}

/** Those among them that found a face with a confidence of `least` or more. @throws InputError when a line is damaged */
export async function readSureFits(folder: string, least: number): Promise<readonly Extract<FaceFit, { identity: number[] }>[]> {
  return (await readFits(folder)).flatMap((fit) => ('identity' in fit && fit.confidence >= least ? [fit] : []));
}

async function knownOf(number: number, { dataset, people }: FitDatasetOptions): Promise<Pick<FitOptions, 'person'>> {
  if (people === undefined) return {};
  return { person: { mean: identityOf(people.prior, await people.embed(dataset, number)), spread: PERSON_SPREAD } };
}

async function fitImage(number: number, mesh: MediapipeLandmarks, options: FitDatasetOptions): Promise<FaceFit> {
  const { dataset, model, network, people } = options;
  const { size } = dataset;
  const { centreX, centreY, half } = FACE_BOX;
  const around = [centreX - half, centreY - half, centreX + half, centreY + half].map((share) => share * size);
  const { points, presence } = await network.find(await dataset.read([number]), around);
  if (presence < LEAST_PRESENCE) return { number, refused: `no face: presence ${presence.toFixed(2)}` };
  const camera = portraitCamera({ width: size, height: size });
  const known = await knownOf(number, options);
  try {
    const fit = fitLandmarks(mesh.basis, mesh.pick(points, 2), { camera, weights: mesh.weights, noise: NOISE, ...known });
    const head = { shape: fit.shape, motion: correctPitch(fit.motion), camera };
    return fitSchema.parse({ number, ...headLabels(head, headLandmarks(model, head)), error: fit.error, confidence: Math.min(1, fit.confidence * presence), ...(people === undefined ? {} : { people: people.name }) });
  } catch (error) {
    if (error instanceof FaceError) return { number, refused: error.message };
    throw error;
  }
}

const kindOf = (people: string | undefined): string => (people === undefined ? 'fits without a people prior' : `fits with the people prior ${people}`);

/** Fits of one folder are of one kind. */
function assertSamePeople(folder: string, fits: readonly FaceFit[], people: string | undefined): void {
  const other = fits.find((fit) => 'identity' in fit && fit.people !== people);
  if (other === undefined) return;
  throw new InputError({ where: path.join(folder, FITS_FILE), expected: kindOf(people), got: kindOf('people' in other ? other.people : undefined), remedy: 'remove the file and fit anew, or fit a copy of the dataset' });
}

/**
 * Fits every image that has no fit yet.
 *
 * @returns all fits; fewer than images when `signal` was aborted
 * @throws InputError when `fits.jsonl` is damaged, holds fits of another kind, or cannot be written
 */
export async function fitDataset(options: FitDatasetOptions): Promise<readonly FaceFit[]> {
  const { dataset, folder, model, signal, onProgress } = options;
  const fits = [...(await readFits(folder))];
  assertSamePeople(folder, fits, options.people?.name);
  await replaceFile(path.join(folder, FITS_FILE), fits.map((fit) => `${JSON.stringify(fit)}\n`).join(''));
  const lines = await openAppendOnly(path.join(folder, FITS_FILE));
  const mesh = mediapipeLandmarks(model.basis, 468);
  try {
    while (fits.length < dataset.count) {
      if (signal?.aborted === true) break;
      const fit = await fitImage(fits.length, mesh, options);
      await lines.append(encoder.encode(`${JSON.stringify(fit)}\n`));
      fits.push(fit);
      onProgress?.(fit);
    }
  } finally {
    await lines.close();
  }
  return fits;
}
