/** What `mfim evaluate` does. */
import { basename } from 'node:path';
import { nodeRuntime } from '@mfim/pipeline/node';
import { FaceError, InputError } from '@mfim/tensor-contracts';
import { print, remark } from '../command-context.ts';
import type { MfimContext } from '../command-context.ts';
import { evaluatePair, evaluateReconstruction } from '../evaluate/evaluate-pairs.ts';
import type { Measuring, PairResult, Portrait, PortraitPair } from '../evaluate/evaluate-pairs.ts';
import { evaluationSheet } from '../evaluate/evaluation-sheet.ts';
import { imageMeasures } from '../evaluate/image-measures.ts';
import type { ImageMeasures } from '../evaluate/image-measures.ts';
import { openFaceDistances } from '../evaluate/face-distances.ts';
import { openPerceptualDistance } from '../evaluate/perceptual-distance.ts';
import { randomPairs } from '../evaluate/random-pairs.ts';
import { summarise } from '../evaluate/summarise.ts';
import type { EvaluationSummary } from '../evaluate/summarise.ts';
import { listPhotos } from '../list-photos.ts';
import { findFaceModel } from '../model-folder.ts';
import { withWorkshop } from '../open-workshop.ts';
import type { Workshop } from '../open-workshop.ts';
import { checkOutputPath } from '../output-file.ts';
import { formatOf, readPhoto, writePhoto } from '../photo-file.ts';
import type { EvaluateFlags } from './evaluate-command.ts';

const NAME_WIDTH = 44;
const DIGITS = 4;

/** Encodes a portrait once, when a pair first needs it; `undefined` where it shows no face. */
function portraitShelf(context: MfimContext, workshop: Workshop) {
  const shelf = new Map<string, Portrait | undefined>();
  const prepare = async (path: string): Promise<Portrait | undefined> => {
    const name = basename(path);
    try {
      const photo = await readPhoto(path, '--photos');
      return { name, face: await workshop.pipeline.prepare({ photo }) };
    } catch (error) {
      if (!(error instanceof FaceError)) throw error;
      remark(context, `${name} is left out: no face was found`);
      return undefined;
    }
  };
  return async (path: string): Promise<Portrait | undefined> => {
    if (!shelf.has(path)) shelf.set(path, await prepare(path));
    return shelf.get(path);
  };
}

/** The pairs asked for, or fewer where too many portraits show no face. */
async function choosePairs(context: MfimContext, workshop: Workshop, { photos, pairs, seed }: EvaluateFlags): Promise<Choice> {
  const paths = await listPhotos(photos, '--photos');
  if (paths.length < 2) {
    throw new InputError({ where: '--photos', expected: 'two portraits or more', got: String(paths.length), remedy: 'name a folder with portraits' });
  }
  const portraitOf = portraitShelf(context, workshop);
  const chosen: PortraitPair[] = [];
  // Twice as many, so that pairs with a faceless portrait can be replaced by the next.
  for (const pair of randomPairs(2 * pairs, paths.length, seed)) {
    if (chosen.length === pairs) break;
    const source = await portraitOf(paths[pair.source] as string);
    const target = await portraitOf(paths[pair.target] as string);
    if (source !== undefined && target !== undefined) chosen.push({ source, target });
  }
  if (chosen.length > 0) return { photos: paths.length, pairs: chosen };
  throw new FaceError({ where: '--photos', expected: 'portraits with faces', got: 'none', remedy: 'name a folder with portraits' });
}

async function openImageMeasures({ bundle }: Workshop, folder: string | undefined): Promise<ImageMeasures> {
  if (folder === undefined) return imageMeasures(undefined);
  return imageMeasures(await openPerceptualDistance(await nodeRuntime(), { folder, size: bundle.manifest.resolution }));
}

async function openMeasures({ environment }: MfimContext, workshop: Workshop, { lpips, face3d }: EvaluateFlags): Promise<Measuring> {
  const folder = findFaceModel({ model: face3d, environment });
  // First what may be refused.
  const distances = folder === undefined ? undefined : await openFaceDistances(await nodeRuntime(), folder);
  return { images: await openImageMeasures(workshop, lpips), distances };
}

async function evaluatePairs(workshop: Workshop, measures: Measuring, pairs: readonly PortraitPair[]): Promise<Evaluation> {
  const results: PairResult[] = [];
  for (const pair of pairs) results.push(await evaluatePair(workshop, measures, pair));
  const reconstructions = [];
  for (const target of new Set(pairs.map((pair) => pair.target))) {
    reconstructions.push(await evaluateReconstruction(workshop, measures.images, target));
  }
  return { results, summary: summarise(results, reconstructions, measures.distances?.network) };
}

interface Choice {
  /** How many photos there were to choose from. */
  readonly photos: number;
  readonly pairs: readonly PortraitPair[];
}

interface Evaluation {
  readonly results: readonly PairResult[];
  readonly summary: EvaluationSummary;
}

function printDistances(context: MfimContext, faces3d: EvaluationSummary['faces3d']): void {
  if (faces3d === null) return print(context, 'shape, pose and expression not measured: name a face regressor with --face3d');
  const { network, doubtedPairs, shapeToSource, targetShapeToSource, poseToTarget, expressionToTarget } = faces3d;
  print(context, `in 3D by ${network}, ${doubtedPairs} pairs with a doubted face left out`);
  const rows = { 'shape, swap to source': shapeToSource, 'shape, unswapped target to source': targetShapeToSource, 'pose, swap to target': poseToTarget, 'expression, swap to target': expressionToTarget };
  for (const [name, value] of Object.entries(rows)) print(context, `${name.padEnd(NAME_WIDTH)} ${value === null ? 'every pair was doubted' : value.toFixed(DIGITS)}`);
}

function printSummary(context: MfimContext, { pairs, identity, toTarget, reconstruction, faces3d }: EvaluationSummary): void {
  const line = (name: string, value: number): void => print(context, `${name.padEnd(NAME_WIDTH)} ${value.toFixed(DIGITS)}`);
  print(context, `${pairs} pairs, identity by ${identity.network}`);
  line('cosine, swap to source', identity.toSource);
  line('cosine, unswapped target to source', identity.targetToSource);
  line('cosine, swap to target', identity.toTarget);
  line('share of swaps nearer to the source', identity.nearerToSource);
  for (const [name, value] of Object.entries(toTarget)) line(`${name}, swap to target`, value);
  for (const [name, value] of Object.entries(reconstruction)) line(`${name}, target swapped onto itself`, value);
  printDistances(context, faces3d);
}

/** Measures, prints, and draws the sheet that was asked for. */
export async function evaluate(context: MfimContext, flags: EvaluateFlags): Promise<void> {
  const { sheet, seed } = flags;
  if (sheet !== undefined) {
    formatOf(sheet);
    checkOutputPath(sheet);
  }
  await withWorkshop({ model: flags.model, environment: context.environment }, async (workshop) => {
    const { photos, pairs } = await choosePairs(context, workshop, flags);
    const measures = await openMeasures(context, workshop, flags);
    const { results, summary } = await evaluatePairs(workshop, measures, pairs);
    await Promise.all([measures.images.release(), measures.distances?.release()]);
    const { model } = workshop.pipeline;
    const settings = { model, photos, seed };
    if (sheet !== undefined) await writePhoto(sheet, evaluationSheet(results, { ...model, ...summary }));
    if (flags.json) print(context, JSON.stringify({ ...settings, ...summary }, undefined, 2));
    else printSummary(context, summary);
  });
}
