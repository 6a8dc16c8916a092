import { expect, test } from 'vitest';
import { fuzzCase } from '../src/mutate.ts';
import { readEverything } from '../src/read-everything.ts';
import { seedFiles } from '../src/seed-files.ts';

const seeds = seedFiles();
const CASES = 200;

test('a case is decided by its number', () => {
  expect(fuzzCase(seeds, 7)).toEqual(fuzzCase(seeds, 7));
  expect(new Set(Array.from({ length: CASES }, (_, number) => fuzzCase(seeds, number).seed)).size).toBeGreaterThan(CASES / 4);
});

test('some cases, over every reader', async () => {
  for (let number = 0; number < CASES; number += 1) await readEverything(fuzzCase(seeds, number).bytes);
});
