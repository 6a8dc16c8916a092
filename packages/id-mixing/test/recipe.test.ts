import { InputError } from '@mfim/tensor-contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MIX_PRESETS, applyRecipe, mixCodes, parseRecipe, presetRecipe, writeRecipe } from '../src/index.ts';
import type { Recipe } from '../src/index.ts';
import { TABLE, anyCodes, anyWeights } from './codes.ts';

const anyRecipe: fc.Arbitrary<Recipe> = fc
  .record(
    {
      name: fc.string(),
      labels: fc.uniqueArray(fc.string({ minLength: 1 }).filter((label) => label.trim() !== ''), { minLength: 1, maxLength: 4 }),
      weights: fc.array(anyWeights, { minLength: 4, maxLength: 4 }),
      strength: fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.record({ '64': fc.constantFrom(0, 0.25, 1) })),
    },
    { requiredKeys: ['labels', 'weights'] },
  )
  .map(({ labels, weights, ...rest }) => ({
    format: 'mfim-recipe',
    version: 1,
    ...rest,
    sources: labels.map((label, index) => ({ label, weights: weights[index] as number })),
  }));

const recipe = (): Recipe => ({
  format: 'mfim-recipe',
  version: 1,
  sources: [
    { label: 'anna', weights: { '32': 1, '64': 0 } },
    { label: 'ben', weights: { '32': 0, '64': 1 } },
  ],
});

test('parse(write(recipe)) = recipe', () => {
  fc.assert(fc.property(anyRecipe, (one) => void expect(parseRecipe(writeRecipe(one))).toEqual(one)));
});

test('a recipe does what mixCodes does', () => {
  fc.assert(
    fc.property(anyCodes(), anyCodes(), anyCodes(), (target, anna, ben) => {
      const mixed = mixCodes({
        target,
        sources: [
          { codes: anna, weights: { '32': 1, '64': 0 } },
          { codes: ben, weights: { '32': 0, '64': 1 } },
        ],
        strength: 0.5,
      });
      expect(applyRecipe({ ...recipe(), strength: 0.5 }, { target, sources: { anna, ben } })).toEqual(mixed);
    }),
  );
});

test('every preset becomes a recipe that can be written and read', () => {
  for (const { name, fewestSources } of MIX_PRESETS) {
    const labels = ['a', 'b'].slice(0, Math.max(1, fewestSources));
    const written = presetRecipe(name, { table: TABLE, labels });
    expect(parseRecipe(writeRecipe(written))).toEqual(written);
  }
});

describe('refusals', () => {
  test.each([
    ['text', 'hello', /JSON text/],
    ['a number', 1, /object at \$/],
    ['a newer version', { ...recipe(), version: 2 }, /version 2; update mfim/],
    ['another format', { ...recipe(), format: 'recipe' }, /"mfim-recipe"/],
    ['an unknown field', { ...recipe(), weights: 1 }, /unknown field 'weights'/],
    ['nobody', { ...recipe(), sources: [] }, /1 items or more/],
    ['no weights', { ...recipe(), sources: [{ label: 'anna' }] }, /a field 'weights'/],
    ['an empty label', { ...recipe(), sources: [{ label: ' ', weights: 1 }] }, /label/],
    ['a label twice', { ...recipe(), sources: [{ label: 'a', weights: 1 }, { label: 'a', weights: 1 }] }, /'a' twice/],
    ['a weight in words', { ...recipe(), sources: [{ label: 'a', weights: 'much' }] }, /number or object/],
    ['a weight in words at a layer', { ...recipe(), sources: [{ label: 'a', weights: { '32': 'x' } }] }, /\.32/],
    ['a negative weight', { ...recipe(), sources: [{ label: 'a', weights: -1 }] }, /weights of 'a'.*got -1/],
    ['a layer that is none', { ...recipe(), sources: [{ label: 'a', weights: { eyes: 1 } }] }, /'eyes'/],
    ['a strength above 1', { ...recipe(), strength: 2 }, /from 0 to 1/],
  ])('%s', (_, document, message) => {
    const text = typeof document === 'string' ? document : JSON.stringify(document);
    expect(() => parseRecipe(text)).toThrow(message);
    expect(() => parseRecipe(text)).toThrow(InputError);
  });

  test('a prototype as a layer', () => {
    const text = JSON.stringify(recipe()).replace('"32":1', '"__proto__":1');
    expect(() => parseRecipe(text)).toThrow(/'__proto__'/);
  });

  test('writing what could not be read', () => {
    expect(() => writeRecipe({ ...recipe(), strength: Number.NaN })).toThrow(InputError);
  });

  test('faces that the recipe does not name, and the other way round', () => {
    const face = { table: TABLE, values: new Float32Array(TABLE.totalWidth) };
    for (const sources of [{}, { anna: face }, { anna: face, carl: face }, { anna: face, ben: face, carl: face }]) {
      expect(() => applyRecipe(recipe(), { target: face, sources })).toThrow(/faces for 'anna', 'ben'/);
    }
  });
});
