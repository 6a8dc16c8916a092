import { existsSync } from 'node:fs';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { drawHeadScene, mediapipeLandmarks, rotationDistance } from '@mfim/face3d';
import type { HeadModel } from '@mfim/face3d';
import { readIct } from '@mfim/losses-3dmm/node';
import { InputError } from '@mfim/tensor-contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openDatasetWriter } from '../src/dataset/dataset-writer.ts';
import { openDataset } from '../src/dataset/open-dataset.ts';
import type { Dataset } from '../src/dataset/open-dataset.ts';
import { randomStream } from '../src/pretraining/random-stream.ts';
import { correctPitch } from '../src/synthesis/correct-pitch.ts';
import { drawFits } from '../src/synthesis/draw-fits.ts';
import type { FaceLabels } from '../src/synthesis/face-labels.ts';
import type { FacemeshNetwork } from '../src/synthesis/facemesh-network.ts';
import { FITS_FILE, fitDataset, readFits } from '../src/synthesis/fit-dataset.ts';
import { projectVertices } from '../src/synthesis/mesh-correspondence.ts';

const ICT = fileURLToPath(new URL('../../../../shared/data/weights/ict-facekit', import.meta.url));
const absent = !existsSync(ICT);
if (absent) console.warn(`skipped: no ICT-FaceKit model in ${ICT}; get the light model's arrays as packages/losses-3dmm/src/node/read-ict.ts describes them`);

const DEGREES = 180 / Math.PI;
const PNG_MAGIC = [0x89, 0x50, 0x4e, 0x47];
const SIZE = 32;

function drawLabels(model: HeadModel, number: number): FaceLabels {
  const { shape, motion, camera } = drawHeadScene(model, SIZE, randomStream(77 * (number + 1)));
  return { number, person: number, identity: Array.from(shape.identity), expression: Array.from(shape.expression), rotation: [...motion.rotation], translation: Array.from(motion.translation), focal: camera.focal, centre: [...camera.centre], landmarks: [] };
}

describe.skipIf(absent)('fitDataset', () => {
  let folder: string;
  let model: HeadModel;
  let dataset: Dataset;
  let labels: readonly FaceLabels[];
  /** A network that knows the answer, in the order of the images from `first` on; the last image it does not take for a face. */
  const knowing = (first: number): Pick<FacemeshNetwork, 'find'> => {
    let next = first;
    return {
      find: async () => {
        const label = labels[next]!;
        next += 1;
        return { points: projectVertices(model, label, vertices), presence: label.number === 2 ? 0.1 : 1 };
      },
    };
  };
  let vertices: Int32Array;

  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'mfim-fit-'));
    model = await readIct(ICT);
    labels = [0, 1, 2].map((number) => drawLabels(model, number));
    const writer = await openDatasetWriter(folder, SIZE);
    // The network below knows the answers: nobody looks at the pixels.
    await writer.append(new Uint8Array(3 * SIZE * SIZE * 3), labels.map(({ number }) => ({ origin: `blank/${number}`, split: 'train' as const, licence: 'CC0' })));
    await writer.close();
    dataset = await openDataset(folder);
    // A basis whose vertices say their numbers tells which the landmarks are.
    const numbers = { ...model.basis, identity: new Float32Array(), expression: new Float32Array(), mean: model.basis.mean.map((_, at) => Math.floor(at / 3)) };
    vertices = Int32Array.from({ length: 468 }, (_, point) => mediapipeLandmarks(numbers, 468).basis.mean[point * 3]!);
  });
  afterAll(async () => {
    await dataset.close();
    await rm(folder, { recursive: true, force: true });
  });

  test('fits have the pose of the head, whose lens they do not know; a face that is none says why; a stopped run goes on', async () => {
    const stop = new AbortController();
    const begun = await fitDataset({ dataset, folder, model, network: knowing(0), signal: stop.signal, onProgress: () => stop.abort() });
    expect(begun).toHaveLength(1);
    await appendFile(path.join(folder, FITS_FILE), '{"number":1,"half');
    const fits = await fitDataset({ dataset, folder, model, network: knowing(1) });
    expect(fits).toHaveLength(3);
    expect(await readFits(folder)).toEqual(fits);
    for (const [number, fit] of fits.slice(0, 2).entries()) {
      if (!('rotation' in fit)) throw new Error(fit.refused);
      // This network sees all of the pitch, MediaPipe's does not.
      const { rotation } = correctPitch({ rotation: Float64Array.from(labels[number]!.rotation), translation: labels[number]!.translation });
      expect(rotationDistance(Float64Array.from(fit.rotation), rotation) * DEGREES).toBeLessThan(5);
      expect(fit.confidence).toBeGreaterThan(0.8);
    }
    expect(fits[2]).toEqual({ number: 2, refused: expect.stringContaining('no face') });
    expect(Array.from(await drawFits(model, dataset, fits)).slice(0, 4)).toEqual(PNG_MAGIC);
  });

  test('what an embedding says of a person is kept to; fits without it are another kind', async () => {
    const width = 60;
    const identityMean = new Float64Array(width).fill(0.5);
    const prior = { embeddingMean: new Float64Array(2), identityMean, slopes: Float64Array.from({ length: 2 * width }, (_, at) => (at % 2 === 0 ? 1 : 0)) };
    const people = { prior, name: 'abc', embed: async () => Float32Array.of(0.25, 9) };
    await expect(fitDataset({ dataset, folder, model, network: knowing(0), people })).rejects.toThrow('fits with the people prior abc');
    const other = await mkdtemp(path.join(tmpdir(), 'mfim-fit-'));
    try {
      const [plain] = await readFits(folder);
      const [fit] = await fitDataset({ dataset, folder: other, model, network: knowing(0), people });
      if (plain === undefined || fit === undefined || !('identity' in plain) || !('identity' in fit)) throw new Error('no fit');
      const away = (identity: readonly number[]): number => Math.hypot(...identity.map((value) => value - 0.75));
      expect(fit.people).toBe('abc');
      expect(away(fit.identity)).toBeLessThan(0.5 * away(plain.identity));
      await expect(fitDataset({ dataset, folder: other, model, network: knowing(0) })).rejects.toThrow('without a people prior');
    } finally {
      await rm(other, { recursive: true, force: true });
    }
  });

  test('error: a file with other lines', async () => {
    const whole = await readFile(path.join(folder, FITS_FILE), 'utf8');
    await writeFile(path.join(folder, FITS_FILE), `{"number":5}\n${whole}`);
    await expect(readFits(folder)).rejects.toThrow(InputError);
  });
});
