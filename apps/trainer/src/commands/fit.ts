/** `mfim-train fit DATASET --model DIR --network DIR`: ICT-FaceKit's head fitted to every aligned face of a dataset, as labels to train on. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readIct } from '@mfim/losses-3dmm/node';
import { InputError } from '@mfim/tensor-contracts';
import { buildCommand } from '@stricli/core';
import { openDataset } from '../dataset/open-dataset.ts';
import { ENGINE_CHOICES } from '../engine/engine-names.ts';
import type { EngineChoice } from '../engine/engine-names.ts';
import { openEngine } from '../engine/open-engine.ts';
import { locked } from '../run/run-lock.ts';
import { drawFits } from '../synthesis/draw-fits.ts';
import { openFacemesh } from '../synthesis/facemesh-network.ts';
import { FITS_FILE, fitDataset } from '../synthesis/fit-dataset.ts';
import { EXIT_INTERRUPTED, interruptSignal } from './interrupt-signal.ts';
import { say } from './say.ts';

interface Flags {
  readonly model: string;
  readonly network: string;
  readonly engine: EngineChoice;
}

const PROGRESS_EVERY = 20;
const PICTURE_FILE = 'fits.png';

async function fit({ model: modelFolder, network: networkFolder, engine }: Flags, folder: string): Promise<void> {
  const signal = interruptSignal(say);
  say((await openEngine(engine)).description);
  const model = await readIct(modelFolder);
  const network = await openFacemesh(networkFolder);
  await locked(folder, async () => {
    const dataset = await openDataset(folder);
    try {
      const onProgress = ({ number }: { readonly number: number }): void => {
        if ((number + 1) % PROGRESS_EVERY === 0) say(`${number + 1} of ${dataset.count}`);
      };
      const fits = await fitDataset({ dataset, folder, model, network, signal, onProgress });
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

function engineChoice(text: string): EngineChoice {
  const found = ENGINE_CHOICES.find((choice) => choice === text);
  if (found !== undefined) return found;
  throw new InputError({ where: '--engine', expected: ENGINE_CHOICES.join(', '), got: text, remedy: 'choose one of these' });
}

/** Labels a dataset. */
export const fitCommand = buildCommand({
  func: fit,
  parameters: {
    flags: {
      model: { kind: 'parsed', parse: String, brief: "Folder with ICT-FaceKit's arrays, as for synthesise" },
      network: { kind: 'parsed', parse: String, brief: 'Folder models of the npm package @vladmandic/human' },
      engine: { kind: 'parsed', parse: engineChoice, default: 'cpu', brief: 'Engine that computes the network' },
    },
    positional: { kind: 'tuple', parameters: [{ parse: String, brief: 'Dataset of FFHQ-aligned faces', placeholder: 'dataset' }] },
  },
  docs: { brief: 'Fit a 3D head to every face of a dataset' },
});
