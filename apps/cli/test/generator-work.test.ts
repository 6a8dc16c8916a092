import { median } from '@mfim/benchmarks';
import { styleTable } from '@mfim/tensor-contracts';
import { expect, it } from 'vitest';
import { generatorFlops } from '../src/bench/generator-work.ts';

it('counts 148.5 GFLOP for the 1024 generator (2 x 74.3 GMAC)', () => {
  expect(generatorFlops(styleTable(1024)) / 2e9).toBeCloseTo(74.3, 1);
});

it('takes the middle', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3])]).toEqual([2, 2.5]);
});
