import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nextAugmentation, startAugmentation } from '../src/pretraining/augmentation-controller.ts';
import type { AugmentationSettings, AugmentationState } from '../src/pretraining/augmentation-controller.ts';

const settings: AugmentationSettings = { mode: 'adaptive', probability: 0, target: 0.6, interval: 4, kimg: 500 };

function after(means: readonly number[], own = settings, count = 32): AugmentationState {
  return means.reduce((state, mean) => nextAugmentation(state, { mean, count }, own), startAugmentation(own));
}

test('p moves by batch * interval / (kimg * 1000) every fourth step, by hand', () => {
  const overfit = [0.9, 0.9, 0.9, 0.9];
  expect(after(overfit.slice(1)).probability).toBe(0);
  expect(after(overfit).probability).toBeCloseTo((32 * 4) / 500_000, 12);
  expect(after([...overfit, 0.1, 0.1, 0.1, 0.1]).probability).toBe(0);
});

test('the mean over the four steps decides, not the last one', () => {
  expect(after([1, 1, 1, -0.2]).probability).toBeGreaterThan(0);
  expect(after([0.9, 0, 0, 0.9]).probability).toBe(0);
});

test('an overfitting discriminator takes p from 0 to 1 within kimg thousand images', () => {
  const fast = { ...settings, kimg: 1, interval: 1 };
  expect(after(Array.from({ length: 1000 / 50 }, () => 1), fast, 50).probability).toBeCloseTo(1, 9);
});

test('law: p stays within 0 and 1, and a fixed p stays what it is', () => {
  const signs = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { maxLength: 60 });
  fc.assert(fc.property(signs, fc.double({ min: 0, max: 1, noNaN: true }), (means, probability) => {
    const fast = { ...settings, probability, kimg: 0.2 };
    const state = after(means, fast);
    expect(state.probability).toBeGreaterThanOrEqual(0);
    expect(state.probability).toBeLessThanOrEqual(1);
    expect(after(means, { ...fast, mode: 'fixed' })).toEqual(startAugmentation(fast));
  }));
});

test('law: a state that went through JSON goes on as before', () => {
  const signs = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 1, maxLength: 20 });
  fc.assert(fc.property(signs, signs, (before, then) => {
    const middle = after(before);
    const restored = JSON.parse(JSON.stringify(middle)) as AugmentationState;
    const goOn = (state: AugmentationState) => then.reduce((each, mean) => nextAugmentation(each, { mean, count: 32 }, settings), state);
    expect(goOn(restored)).toEqual(goOn(middle));
  }));
});

test('a mean that is not a number moves nothing', () => {
  expect(after([Number.NaN, Number.NaN, Number.NaN, Number.NaN])).toEqual(startAugmentation(settings));
});
