/**
 * Pictures of heads of people who do not exist, with exact labels: a dataset folder as `dataset prepare` makes it, and the labels
 * beside it. Image number i of a seed depends on nothing but seed and i: a run that was stopped goes on where it ended.
 */
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { drawHeadScene, renderHead } from '@mfim/face3d';
import type { PreparedHead } from '@mfim/face3d';
import { InputError } from '@mfim/tensor-contracts';
import { openDatasetWriter } from '../dataset/dataset-writer.ts';
import { replaceFile } from '../files/replace-file.ts';
import { randomStream } from '../pretraining/random-stream.ts';
import type { RandomStream } from '../pretraining/random-stream.ts';
import { openAppendOnly } from '../watch/append-only-file.ts';
import { LABELS_FILE, headLabels, labelLine, readLabels, trimLabels, writeLabelTensors } from './face-labels.ts';
import type { FaceLabels } from './face-labels.ts';
import { frameAsFfhq } from './frame-as-ffhq.ts';
import { headLandmarks } from './head-landmarks.ts';

/** What to render. */
export interface SynthesisOptions {
  /** Made by `prepareHead`. */
  readonly head: PreparedHead;
  /** Dataset folder to fill. */
  readonly folder: string;
  /** How many images the folder shall hold in the end; the first `heldOut` of them are never trained on. */
  readonly count: number;
  readonly heldOut: number;
  /** Images of each person, one after the other: the same identity, everything else drawn anew. */
  readonly perPerson: number;
  /** Side of the images in pixels. */
  readonly size: number;
  readonly seed: number;
  /** Standard deviation of the landmarks that the crop is taken by, in shares of the image. */
  readonly jitter: number;
  readonly signal?: AbortSignal;
  /** Called after each image with the number in the folder. */
  readonly onProgress?: (count: number) => void;
}

const encoder = new TextEncoder();
/** Says what a folder holds, so that it is not continued with something else. */
const SETTINGS_FILE = 'synthesis.json';
const LICENCE = 'rendered (ICT-FaceKit, MIT)';
const LARGEST_SIZE = 1024;
const SEED_STEP = 1_000_003;
/** Streams of neighbouring seeds begin alike; after this many draws they do not. */
const WARM_UP = 32;

const whole = (value: number, least: number): boolean => Number.isSafeInteger(value) && value >= least;

function check({ count, heldOut, perPerson, size, seed, jitter }: SynthesisOptions): void {
  if (whole(count, 1) && whole(heldOut, 0) && heldOut <= count && whole(perPerson, 1) && heldOut % perPerson === 0 && whole(size, 16) && size <= LARGEST_SIZE && whole(seed, 0) && jitter >= 0 && jitter <= 0.1) return;
  throw new InputError({
    where: 'synthesise',
    expected: `a count of 1 or more, no more held out than that and whole persons, a size from 16 to ${LARGEST_SIZE}, a seed of 0 or more, a jitter up to 0.1`,
    got: JSON.stringify({ count, heldOut, perPerson, size, seed, jitter }),
    remedy: 'correct the flag',
  });
}

/** The random stream of one image. */
function streamOf(seed: number, number: number): RandomStream {
  const stream = randomStream((seed * SEED_STEP + number) | 0);
  for (let draw = 0; draw < WARM_UP; draw += 1) stream.uniform();
  return stream;
}

/** The same folder again, or another one. @throws InputError when it was begun with other settings */
async function checkSettings({ folder, size, seed, jitter, heldOut, perPerson, head }: SynthesisOptions): Promise<void> {
  const settings = JSON.stringify({ model: head.model.basis.name, size, seed, jitter, heldOut, perPerson, expressions: head.model.expressionNames });
  const file = path.join(folder, SETTINGS_FILE);
  const stored = await readFile(file, 'utf8').catch(() => undefined);
  if (stored === settings) return;
  if (stored !== undefined) throw new InputError({ where: file, expected: settings, got: stored, remedy: 'continue with the same flags, or choose another folder' });
  await replaceFile(file, settings);
}

/** Draws, frames and renders one image. */
function synthesiseFace(number: number, { head, size, seed, jitter, perPerson }: SynthesisOptions): { readonly pixels: Uint8Array; readonly labels: FaceLabels } {
  const { model } = head;
  const random = streamOf(seed, number);
  const person = Math.floor(number / perPerson);
  const own = drawHeadScene(model, size, random);
  // The first image of a person has its identity drawn as if there were no others.
  const { identity } = number % perPerson === 0 ? own.shape : drawHeadScene(model, size, streamOf(seed, person * perPerson)).shape;
  const drawn = { ...own, shape: { ...own.shape, identity } };
  // A crop is taken by landmarks that a network found: not exactly.
  const found = headLandmarks(model, drawn).map((value) => value + jitter * size * random.normal());
  const scene = frameAsFfhq(drawn, { landmarks: found, size });
  const { image, landmarks } = renderHead(head, scene, { size, random });
  return { pixels: image.data, labels: { number, person, ...headLabels(scene, landmarks) } };
}

/**
 * Fills a folder.
 *
 * @returns the number of images in it; fewer than asked for when `signal` was aborted
 * @throws InputError for flags out of range, and a folder that was begun with others
 */
export async function synthesiseFaces(options: SynthesisOptions): Promise<number> {
  check(options);
  const { folder, size, count, heldOut, seed, onProgress } = options;
  await mkdir(folder, { recursive: true });
  await checkSettings(options);
  const writer = await openDatasetWriter(folder, size);
  try {
    await trimLabels(folder, writer.index().count);
    const lines = await openAppendOnly(path.join(folder, LABELS_FILE));
    try {
      for (let number = writer.index().count; number < count; number += 1) {
        if (options.signal?.aborted === true) break;
        const { pixels, labels } = synthesiseFace(number, options);
        // Labels first: what the index counts has them.
        await lines.append(encoder.encode(labelLine(labels)));
        await writer.append(pixels, [{ origin: `ict/seed-${seed}/${number}`, split: number < heldOut ? 'held-out' : 'train', licence: LICENCE }]);
        onProgress?.(number + 1);
        // Lets Ctrl-C through.
        await new Promise((resolve) => setImmediate(resolve));
      }
    } finally {
      await lines.close();
    }
    const done = writer.index().count;
    await writeLabelTensors(folder, await readLabels(folder, done));
    return done;
  } finally {
    await writer.close();
  }
}
