/**
 * What is exactly known of rendered faces: `labels.jsonl`, a line for each image, and when all are done the same as float32 in
 * `labels.safetensors`. Rotation, translation (centimetres), focal length and centre (pixels) are those of @mfim/face3d.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { fromFloat32, writeSafetensors } from '@mfim/checkpoints';
import { InputError } from '@mfim/tensor-contracts';
import { z } from 'zod';
import { parseJson } from '../files/parse-json.ts';
import { replaceFile } from '../files/replace-file.ts';
import type { PosedHead } from './head-landmarks.ts';

/** Lines of JSON, one for each image, in the order of the images. */
export const LABELS_FILE = 'labels.jsonl';
/** The same as tensors. */
export const LABEL_TENSORS_FILE = 'labels.safetensors';

const numbers = z.array(z.number());

/** Of one image, as a line has it. */
export const labelsSchema = z.strictObject({
  number: z.number().int().nonnegative(),
  /** Images with the same number show the same person; without one, each image shows another. */
  person: z.number().int().nonnegative().optional(),
  identity: numbers,
  expression: numbers,
  rotation: numbers.length(9),
  translation: numbers.length(3),
  focal: z.number().positive(),
  centre: numbers.length(2),
  landmarks: numbers.length(136),
});

/** Of one image: coefficients, R row by row, t, camera, and 68 landmarks as x, y in pixels. */
export type FaceLabels = z.infer<typeof labelsSchema>;

/** What is known of a head as labels have it; `landmarks` as x, y in pixels. */
export function headLabels({ shape, motion, camera }: PosedHead, landmarks: Iterable<number>): Omit<FaceLabels, 'number' | 'person'> {
  return {
    identity: Array.from(shape.identity),
    expression: Array.from(shape.expression),
    rotation: [...motion.rotation],
    translation: Array.from(motion.translation),
    focal: camera.focal,
    centre: [...camera.centre],
    landmarks: [...landmarks],
  };
}

function damaged(file: string, got: string): InputError {
  return new InputError({ where: file, expected: 'a line of labels for each image', got, remedy: 'remove the folder and synthesise it anew' });
}

function parseLine(file: string, line: string, number: number): FaceLabels {
  const parsed = labelsSchema.safeParse(parseJson(line));
  if (parsed.success && parsed.data.number === number) return parsed.data;
  throw damaged(file, `line ${number + 1}: ${parsed.success ? `labels of image ${parsed.data.number}` : z.prettifyError(parsed.error)}`);
}

/**
 * The labels of the first `count` images of a folder.
 *
 * @throws InputError when there are fewer, or one is damaged
 */
export async function readLabels(folder: string, count: number): Promise<readonly FaceLabels[]> {
  const file = path.join(folder, LABELS_FILE);
  const text = count === 0 ? '' : await readFile(file, 'utf8').catch(() => '');
  const lines = text.split('\n').slice(0, count);
  if (lines.length < count || lines.some((line) => line === '')) throw damaged(file, `${lines.filter((line) => line !== '').length} lines for ${count} images`);
  return lines.map((line, number) => parseLine(file, line, number));
}

/** Cuts off the labels of images that were never finished. @throws InputError as `readLabels` */
export async function trimLabels(folder: string, count: number): Promise<void> {
  const labels = await readLabels(folder, count);
  await replaceFile(path.join(folder, LABELS_FILE), labels.map(labelLine).join(''));
}

/** One line. */
export function labelLine(labels: FaceLabels): string {
  return `${JSON.stringify(labels)}\n`;
}

/** Writes the tensors: identity, expression, rotation [images, 3, 3], translation, focal [images, 1], centre, landmarks [images, 68, 2]. */
export async function writeLabelTensors(folder: string, labels: readonly FaceLabels[]): Promise<void> {
  const tensor = (shape: readonly number[], pick: (label: FaceLabels) => readonly number[]) =>
    fromFloat32({ shape: [labels.length, ...shape], data: Float32Array.from(labels.flatMap((label) => pick(label))) });
  const width = (name: 'identity' | 'expression'): number => labels[0]?.[name].length ?? 0;
  const tensors = new Map([
    ['identity', tensor([width('identity')], ({ identity }) => identity)],
    ['expression', tensor([width('expression')], ({ expression }) => expression)],
    ['rotation', tensor([3, 3], ({ rotation }) => rotation)],
    ['translation', tensor([3], ({ translation }) => translation)],
    ['focal', tensor([1], ({ focal }) => [focal])],
    ['centre', tensor([2], ({ centre }) => centre)],
    ['landmarks', tensor([68, 2], ({ landmarks }) => landmarks)],
  ]);
  await replaceFile(path.join(folder, LABEL_TENSORS_FILE), writeSafetensors(tensors));
}
