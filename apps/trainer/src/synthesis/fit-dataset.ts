/**
 * Labels for photos: MediaPipe's mesh is found on every FFHQ-aligned face of a dataset and ICT-FaceKit's head fitted to it. `fits.jsonl`
 * gets a line for each image, in order: labels as those of rendered heads, with error and confidence, or why there are none.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fitLandmarks, mediapipeLandmarks, portraitCamera } from '@mfim/face3d';
import type { HeadModel, MediapipeLandmarks } from '@mfim/face3d';
import { FaceError, InputError } from '@mfim/tensor-contracts';
import { z } from 'zod';
import type { Dataset } from '../dataset/open-dataset.ts';
import { parseJson } from '../files/parse-json.ts';
import { replaceFile } from '../files/replace-file.ts';
import { openAppendOnly } from '../watch/append-only-file.ts';
import { headLabels, labelsSchema } from './face-labels.ts';
import type { FacemeshNetwork } from './facemesh-network.ts';
import { headLandmarks } from './head-landmarks.ts';

/** Lines of JSON, one for each image. */
export const FITS_FILE = 'fits.jsonl';

const fitSchema = z.union([
  z.strictObject({ ...labelsSchema.omit({ person: true }).shape, error: z.number().nonnegative(), confidence: z.number().min(0).max(1) }),
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

async function fitImage(number: number, mesh: MediapipeLandmarks, { dataset, model, network }: FitDatasetOptions): Promise<FaceFit> {
  const { size } = dataset;
  const { centreX, centreY, half } = FACE_BOX;
  const around = [centreX - half, centreY - half, centreX + half, centreY + half].map((share) => share * size);
  const { points, presence } = await network.find(await dataset.read([number]), around);
  if (presence < LEAST_PRESENCE) return { number, refused: `no face: presence ${presence.toFixed(2)}` };
  const camera = portraitCamera({ width: size, height: size });
  try {
    const fit = fitLandmarks(mesh.basis, mesh.pick(points, 2), { camera, weights: mesh.weights, noise: NOISE });
    const head = { shape: fit.shape, motion: fit.motion, camera };
    return fitSchema.parse({ number, ...headLabels(head, headLandmarks(model, head)), error: fit.error, confidence: Math.min(1, fit.confidence * presence) });
  } catch (error) {
    if (error instanceof FaceError) return { number, refused: error.message };
    throw error;
  }
}

/**
 * Fits every image that has no fit yet.
 *
 * @returns all fits; fewer than images when `signal` was aborted
 * @throws InputError when `fits.jsonl` is damaged or cannot be written
 */
export async function fitDataset(options: FitDatasetOptions): Promise<readonly FaceFit[]> {
  const { dataset, folder, model, signal, onProgress } = options;
  const fits = [...(await readFits(folder))];
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
