/** Faces with 3D labels from one or several dataset folders: rendered ones (exact) and fitted ones (as good as their fits). */
import { access } from 'node:fs/promises';
import path from 'node:path';
import type { HeadModel } from '@mfim/face3d';
import { InputError } from '@mfim/tensor-contracts';
import { openDataset } from '../dataset/open-dataset.ts';
import type { Dataset } from '../dataset/open-dataset.ts';
import { LABELS_FILE, readLabels } from '../synthesis/face-labels.ts';
import { readSureFits } from '../synthesis/fit-dataset.ts';
import type { FaceGeometry } from './face-warp.ts';

/** Labels of an image. */
export type ImageLabels = FaceGeometry & { readonly number: number };

/** One face: which image of which dataset, and its labels. */
export interface LabelledFace {
  readonly dataset: Dataset;
  readonly labels: ImageLabels;
  /** Rendered, not fitted. */
  readonly exact: boolean;
}

/** What is trained on and what is not. */
export interface LabelledFaces {
  readonly training: readonly LabelledFace[];
  readonly heldOut: readonly LabelledFace[];
  close(): Promise<void>;
}

/** Where labels are, and which are good enough. */
export interface LabelSource {
  readonly folders: readonly string[];
  readonly leastConfidence: number;
  /** How many faces must be there to train on; 8 when left out. */
  readonly fewest?: number;
  /** What the model has. */
  readonly widths: { readonly identity: number; readonly expression: number };
}

const FEWEST = 8;

async function labelsIn(folder: string, { count }: Dataset, leastConfidence: number): Promise<{ readonly labels: readonly ImageLabels[]; readonly exact: boolean }> {
  const isRendered = await access(path.join(folder, LABELS_FILE)).then(
    () => true,
    () => false,
  );
  if (isRendered) return { labels: await readLabels(folder, count), exact: true };
  return { labels: (await readSureFits(folder, leastConfidence)).filter(({ number }) => number < count), exact: false };
}

function assertWidths(folder: string, labels: readonly ImageLabels[], { identity, expression }: LabelSource['widths']): void {
  const wrong = labels.find((label) => label.identity.length > identity || label.expression.length !== expression);
  if (wrong === undefined) return;
  throw new InputError({
    where: `${folder}, image ${wrong.number}`,
    expected: `at most ${identity} identity and ${expression} expression coefficients`,
    got: `${wrong.identity.length} and ${wrong.expression.length}`,
    remedy: 'name the model that the labels were made with',
  });
}

async function addFolder(folder: string, source: LabelSource, { opened, faces }: { readonly opened: Dataset[]; readonly faces: LabelledFace[] }): Promise<void> {
  const dataset = await openDataset(folder);
  opened.push(dataset);
  const { labels, exact } = await labelsIn(folder, dataset, source.leastConfidence);
  assertWidths(folder, labels, source.widths);
  faces.push(...labels.map((label) => ({ dataset, labels: label, exact })));
}

/**
 * Opens the folders.
 *
 * @throws InputError when one holds no dataset, its labels are damaged or of another model, or too few faces are to be trained on
 */
export async function openLabelledFaces(source: LabelSource): Promise<LabelledFaces> {
  const opened: Dataset[] = [];
  const faces: LabelledFace[] = [];
  const close = async (): Promise<void> => void (await Promise.all(opened.map((dataset) => dataset.close())));
  try {
    for (const folder of source.folders) await addFolder(folder, source, { opened, faces });
    const isHeldOut = ({ dataset, labels }: LabelledFace): boolean => dataset.index.images[labels.number]?.split === 'held-out';
    const training = faces.filter((face) => !isHeldOut(face));
    if (training.length >= (source.fewest ?? FEWEST)) return { training, heldOut: faces.filter(isHeldOut), close };
    throw new InputError({
      where: source.folders.join(', '),
      expected: `${source.fewest ?? FEWEST} labelled faces to train on`,
      got: `${training.length}`,
      remedy: 'render more with mfim-train synthesise, or label photos with mfim-train fit',
    });
  } catch (error) {
    await close();
    throw error;
  }
}

/** Opens folders whose labels are coefficients of a head. @throws InputError as `openLabelledFaces` */
export async function openHeadFaces({ basis, expressionNames }: HeadModel, source: Omit<LabelSource, 'widths'>): Promise<LabelledFaces> {
  const widths = { identity: basis.identity.length / basis.mean.length, expression: expressionNames.length };
  return openLabelledFaces({ ...source, widths });
}
