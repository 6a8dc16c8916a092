/** `mfim-train fit DATASET --model DIR --network DIR [--people FILE --embedder FILE]`: ICT-FaceKit's head fitted to every aligned face of a dataset, as labels to train on. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readIct } from '@mfim/losses-3dmm/node';
import { InputError } from '@mfim/tensor-contracts';
import { buildCommand } from '@stricli/core';
import { openDataset } from '../dataset/open-dataset.ts';
import type { EngineChoice } from '../engine/engine-names.ts';
import { openEngine } from '../engine/open-engine.ts';
import { locked } from '../run/run-lock.ts';
import { drawFits } from '../synthesis/draw-fits.ts';
import { openFacemesh } from '../synthesis/facemesh-network.ts';
import { openFaceEmbedder } from '../synthesis/face-embedder.ts';
import { FITS_FILE, fitDataset } from '../synthesis/fit-dataset.ts';
import type { FitDatasetOptions } from '../synthesis/fit-dataset.ts';
import { readPeople } from '../synthesis/people-file.ts';
import { ENGINE_FLAG } from './engine-flag.ts';
import { EXIT_INTERRUPTED, interruptSignal } from './interrupt-signal.ts';
import { say } from './say.ts';

interface Flags {
  readonly model: string;
  readonly network: string;
  readonly people?: string;
  readonly embedder?: string;
  readonly engine: EngineChoice;
}

const PROGRESS_EVERY = 20;
const PICTURE_FILE = 'fits.png';

/** @throws InputError when one is named without the other, or is no such file */
async function openPeople({ people, embedder }: Pick<Flags, 'people' | 'embedder'>): Promise<Pick<FitDatasetOptions, 'people'>> {
  if (people === undefined && embedder === undefined) return {};
  if (people !== undefined && embedder !== undefined) return { people: { ...(await readPeople(people)), ...(await openFaceEmbedder(embedder)) } };
  throw new InputError({ where: '--people, --embedder', expected: 'both or none', got: people === undefined ? '--embedder alone' : '--people alone', remedy: 'name both files' });
}

async function fit({ model: modelFolder, network: networkFolder, engine, ...known }: Flags, folder: string): Promise<void> {
  const signal = interruptSignal(say);
  say((await openEngine(engine)).description);
  const model = await readIct(modelFolder);
  const network = await openFacemesh(networkFolder);
  const people = await openPeople(known);
  await locked(folder, async () => {
    const dataset = await openDataset(folder);
    try {
      const onProgress = ({ number }: { readonly number: number }): void => {
        if ((number + 1) % PROGRESS_EVERY === 0) say(`${number + 1} of ${dataset.count}`);
      };
      const fits = await fitDataset({ dataset, folder, model, network, ...people, signal, onProgress });
      const errors = fits.flatMap((each) => ('error' in each ? [each.error] : []));
      if (fits.length > 0) await writeFile(path.join(folder, PICTURE_FILE), await drawFits(model, dataset, fits));
      const mean = errors.reduce((sum, error) => sum + error, 0) / Math.max(1, errors.length);
      say(`${errors.length} of ${fits.length} faces fitted, mean error ${(100 * mean).toFixed(1)} % of the mesh's span; ${FITS_FILE} and ${PICTURE_FILE} in ${folder}`);
    } finally {
      network.dispose();
      await dataset.close();
    }
  });
  if (signal.aborted) process.exitCode = EXIT_INTERRUPTED;
}

/** Labels a dataset. */
export const fitCommand = buildCommand({
  func: fit,
  parameters: {
    flags: {
      model: { kind: 'parsed', parse: String, brief: "Folder with ICT-FaceKit's arrays, as for synthesise" },
      network: { kind: 'parsed', parse: String, brief: 'Folder models of the npm package @vladmandic/human' },
      people: { kind: 'parsed', parse: String, optional: true, brief: 'File of mfim-train people: what is known of a person before the fit' },
      embedder: { kind: 'parsed', parse: String, optional: true, brief: "With --people: MobileFaceNet's weights" },
      engine: ENGINE_FLAG,
    },
    positional: { kind: 'tuple', parameters: [{ parse: String, brief: 'Dataset of FFHQ-aligned faces', placeholder: 'dataset' }] },
  },
  docs: { brief: 'Fit a 3D head to every face of a dataset' },
});
