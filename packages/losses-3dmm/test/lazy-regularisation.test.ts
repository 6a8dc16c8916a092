import fc from 'fast-check';
import { InputError } from '@mfim/tensor-contracts';
import { describe, expect, test } from 'vitest';
import { lazyFactor, lazyRates } from '../src/index.ts';

const interval = fc.integer({ min: 1, max: 64 });

describe('lazyFactor', () => {
  test('value: 16 at step 0, 16, 32, otherwise 0', () => {
    expect([0, 1, 15, 16, 17, 32].map((step) => lazyFactor(step, 16))).toEqual([16, 0, 0, 16, 0, 16]);
  });

  test('law: its mean over the steps is 1', () => {
    fc.assert(
      fc.property(interval, fc.integer({ min: 0, max: 100 }), (every, start) => {
        const factors = Array.from({ length: every }, (_, step) => lazyFactor(start + step, every));
        expect(factors.reduce((sum, factor) => sum + factor, 0)).toBe(every);
      }),
    );
  });
});

describe('lazyRates', () => {
  test('value: those of StyleGAN2 for its discriminator', () => {
    const { rate, beta1, beta2 } = lazyRates({ rate: 0.002, beta1: 0, beta2: 0.99 }, 16);
    expect(rate).toBeCloseTo(0.00188235, 8);
    expect(beta1).toBe(0);
    expect(beta2).toBeCloseTo(0.990585, 6);
  });

  test('law: interval + 1 updates decay and move as interval updates did', () => {
    fc.assert(
      fc.property(interval, (every) => {
        const { rate, beta2 } = lazyRates({ rate: 1, beta1: 0.5, beta2: 0.99 }, every);
        expect(rate * (every + 1)).toBeCloseTo(every, 8);
        expect(beta2 ** (every + 1)).toBeCloseTo(0.99 ** every, 8);
      }),
    );
  });
});

test.each([0, -1, 1.5, Number.NaN])('error: an interval of %d', (every) => {
  expect(() => lazyFactor(1, every)).toThrow(InputError);
  expect(() => lazyRates({ rate: 1, beta1: 0, beta2: 0.9 }, every)).toThrow(InputError);
});
