import '@tensorflow/tfjs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { openDatasetWriter } from '../src/dataset/dataset-writer.ts';
import { faceLikeness } from '../src/training/face-likeness.ts';
import { openTrainingSet } from '../src/training/training-set.ts';

beforeAll(() => tf.setBackend('cpu'));

const SIZE = 32;

/** Images whose brightness rises to the right, to the left, and downwards, by turns. */
function ramp(kind: number): Uint8Array {
  const at = (row: number, column: number): number => [column, SIZE - 1 - column, row][kind % 3] as number;
  return Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, index) => 8 * at(Math.floor(index / 3 / SIZE), Math.floor(index / 3) % SIZE));
}

test('a face is like itself, like its mirror image mirrored, and unlike one that is lit from the other side', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'mfim-likeness-'));
  const writer = await openDatasetWriter(folder, SIZE);
  for (let index = 0; index < 9; index += 1) await writer.append(ramp(index), [{ origin: `ramp/${index}`, split: 'train', licence: 'own' }]);
  await writer.close();
  const data = await openTrainingSet(folder);
  const likeness = await faceLikeness(data);
  const face = (index: number, mirrored = false) => ({ index, mirrored });
  expect(likeness(face(0), face(3))).toBeCloseTo(1, 3);
  expect(likeness(face(0), face(1))).toBeCloseTo(-1, 3);
  expect(likeness(face(0, true), face(1))).toBeGreaterThan(0.98);
  expect(Math.abs(likeness(face(0), face(2)))).toBeLessThan(0.05);
  await data.dataset.close();
});

test('too few images to train on are refused', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'mfim-few-'));
  const writer = await openDatasetWriter(folder, SIZE);
  for (let index = 0; index < 3; index += 1) await writer.append(ramp(index), [{ origin: `ramp/${index}`, split: 'train', licence: 'own' }]);
  await writer.close();
  await expect(openTrainingSet(folder)).rejects.toThrow(/8 images to train on.*got 3/s);
});
