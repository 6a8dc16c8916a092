import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InputError } from '@mfim/tensor-contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { randomStream } from '../src/pretraining/random-stream.ts';
import { readPeople, writePeople } from '../src/synthesis/people-file.ts';
import { identityOf, learnPeople } from '../src/synthesis/people-prior.ts';

const WIDTH = 6;
const SLOPES: readonly (readonly number[])[] = [[2, 0, -1, 0, 0, 1], [0, 3, 0, 0, 0, 0]];
const WEIGHTS = [3, 1];

/** Fits whose identity is a line of their embedding, and noise. */
function drawFits(count: number, noise: number) {
  const random = randomStream(4);
  return Array.from({ length: count }, () => {
    const embedding = Array.from({ length: WIDTH }, () => random.normal() / Math.sqrt(WIDTH) + 0.2);
    return { embedding, identity: SLOPES.map((slopes) => 0.5 + slopes.reduce((sum, slope, at) => sum + slope * embedding[at]!, 0) + noise * random.normal()) };
  });
}

describe('learnPeople', () => {
  test('value: finds the line that identities were made with', () => {
    const { prior, explained } = learnPeople(drawFits(2000, 0), WEIGHTS);
    expect(explained).toBeGreaterThan(0.999);
    const said = identityOf(prior, [1, -1, 0.5, 0, 0, 2]);
    expect(said[0]).toBeCloseTo(0.5 + 2 - 0.5 + 2, 1);
    expect(said[1]).toBeCloseTo(0.5 - 3, 1);
  });

  test('law: of identities that no embedding knows it explains nothing, and says their mean', () => {
    const random = randomStream(9);
    const fits = drawFits(300, 0).map(({ embedding }) => ({ embedding, identity: [1 + random.normal(), random.normal()] }));
    const { prior, explained } = learnPeople(fits, WEIGHTS);
    expect(explained).toBeLessThan(0.02);
    expect(identityOf(prior, prior.embeddingMean)[0]).toBeCloseTo(1, 0);
  });

  test('law: noise in the fits is left behind', () => {
    const { prior, explained } = learnPeople(drawFits(2000, 1), WEIGHTS);
    expect(explained).toBeLessThan(0.8);
    expect(identityOf(prior, [1, 1, 1, 1, 1, 1])[1]).toBeCloseTo(3.5, 0);
  });

  test('error: too few fits', () => {
    expect(() => learnPeople(drawFits(17, 0), WEIGHTS)).toThrow(InputError);
    expect(() => learnPeople([], WEIGHTS)).toThrow('mfim-train fit');
  });
});

describe('people file', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'mfim-people-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test('law: what was written is read, under the same name', async () => {
    const { prior } = learnPeople(drawFits(100, 0.1), WEIGHTS);
    const file = path.join(folder, 'people.safetensors');
    await writePeople(file, prior);
    const read = await readPeople(file);
    expect([...read.prior.slopes]).toEqual([...Float32Array.from(prior.slopes)]);
    expect([...identityOf(read.prior, [1, 0, 0, 0, 0, 0])].map((value) => value.toFixed(4))).toEqual([...identityOf(prior, [1, 0, 0, 0, 0, 0])].map((value) => value.toFixed(4)));
    expect(read.name).toMatch(/^[0-9a-f]{16}$/);
    expect((await readPeople(file)).name).toBe(read.name);
  });

  test('error: no file, and other files', async () => {
    await expect(readPeople(path.join(folder, 'none'))).rejects.toThrow(InputError);
    await writeFile(path.join(folder, 'text'), 'identity,embedding');
    await expect(readPeople(path.join(folder, 'text'))).rejects.toThrow('people prior');
  });
});
