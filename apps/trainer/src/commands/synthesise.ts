/** `mfim-train synthesise --model DIR --count N --size S --out DIR`: heads of people who do not exist, with exact labels. */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { prepareHead } from '@mfim/face3d';
import { readIct } from '@mfim/losses-3dmm/node';
import { buildCommand } from '@stricli/core';
import { contactSheet } from '../dataset/contact-sheet.ts';
import { openDataset } from '../dataset/open-dataset.ts';
import { locked } from '../run/run-lock.ts';
import { synthesiseFaces } from '../synthesis/synthesise-faces.ts';
import { EXIT_INTERRUPTED, interruptSignal } from './interrupt-signal.ts';
import { say } from './say.ts';

interface Flags {
  readonly model: string;
  readonly out: string;
  readonly count: number;
  readonly size: number;
  readonly seed: number;
  readonly heldOut: number;
  readonly perPerson: number;
  readonly jitter: number;
}

const PROGRESS_EVERY = 20;
const SHEET_FILE = 'sheet.png';
const SHEET_IMAGES = 48;
const SHEET_COLUMNS = 8;

async function writeSheet(folder: string, done: number): Promise<void> {
  const dataset = await openDataset(folder);
  const shown = Array.from({ length: Math.min(done, SHEET_IMAGES) }, (_, number) => number);
  await writeFile(path.join(folder, SHEET_FILE), await contactSheet(dataset, shown, SHEET_COLUMNS));
  await dataset.close();
}

async function synthesise({ model, out, ...flags }: Flags): Promise<void> {
  const signal = interruptSignal(say);
  const head = prepareHead(await readIct(model));
  await locked(out, async () => {
    let first: { readonly number: number; readonly at: number } | undefined;
    const rate = (number: number): string => (first === undefined || number === first.number ? '' : `, ${(((number - first.number) * 1000) / (performance.now() - first.at)).toFixed(2)} images a second`);
    const onProgress = (number: number): void => {
      if (number % PROGRESS_EVERY === 0 || number === flags.count) say(`${number} of ${flags.count}${rate(number)}`);
      // The first image pays for code that is not compiled yet.
      first ??= { number, at: performance.now() };
    };
    const done = await synthesiseFaces({ ...flags, head, folder: out, signal, onProgress });
    if (done > 0) await writeSheet(out, done);
    say(`${done} images in ${out}, with labels.jsonl, labels.safetensors and ${SHEET_FILE}`);
  });
  if (signal.aborted) process.exitCode = EXIT_INTERRUPTED;
}

const number = (brief: string, standard: string) => ({ kind: 'parsed', parse: Number, default: standard, brief }) as const;

/** Renders a dataset. */
export const synthesiseCommand = buildCommand({
  func: synthesise,
  parameters: {
    flags: {
      model: { kind: 'parsed', parse: String, brief: "ICT-FaceKit's folder FaceXModel, or one with its arrays (ict-facekit-light.npz, names.json, vertex_indices.json)" },
      out: { kind: 'parsed', parse: String, brief: 'Dataset folder to fill' },
      count: number('Images in the folder in the end', '1000'),
      size: number('Side of the images in pixels', '128'),
      seed: number('Seed of the heads', '1'),
      heldOut: number('How many of them, from the first, are never trained on', '0'),
      perPerson: number('Images of each person, one after the other', '1'),
      jitter: number('Standard deviation of the landmarks that the crop is taken by, in shares of the image', '0.006'),
    },
  },
  docs: { brief: 'Render heads of people who do not exist, with exact shape, expression, pose and camera' },
});
