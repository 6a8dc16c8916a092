import { InputError, ShapeError, codeOf, sideOf, styleCodes, styleTable } from '@mfim/tensor-contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { interpolateCodes, layerShares, mixCodes, presetWeights, swapCodes } from '../src/index.ts';
import { TABLE, anyCodes, anyWeights, farthest } from './codes.ts';

const codes = anyCodes();
/** float32 rounds at 100 by 8e-6; sums are formed in double precision. */
const ROUNDING = 1e-5;
const anySources = fc.array(fc.record({ codes, weights: anyWeights }), { minLength: 1, maxLength: 4 });
const filled = (value: number, table = TABLE) => styleCodes(table, new Float32Array(table.totalWidth).fill(value));

describe('laws', () => {
  test('swap(x, x) = x', () => {
    fc.assert(fc.property(codes, (face) => void expect(swapCodes({ target: face, source: face })).toEqual(face)));
  });

  test('a swap takes each code from its side', () => {
    fc.assert(
      fc.property(codes, codes, fc.constantFrom(0, 8, 16, 32, 64), (target, source, targetUpTo) => {
        const split = { targetUpTo };
        const swapped = swapCodes({ target, source, split });
        for (const entry of TABLE.entries) {
          const giver = sideOf(entry, split) === 'target' ? target : source;
          expect(codeOf(swapped, entry.index)).toEqual(codeOf(giver, entry.index));
        }
      }),
    );
  });

  test('mixing one person with weight 1, or any weight above 0, equals a swap', () => {
    fc.assert(
      fc.property(codes, codes, anyWeights, (target, source, weights) => {
        const swapped = swapCodes({ target, source });
        expect(mixCodes({ target, sources: [{ codes: source, weights: 1 }] })).toEqual(swapped);
        expect(mixCodes({ target, sources: [{ codes: source, weights }] })).toEqual(swapped);
      }),
    );
  });

  test('mixing the same person with itself is that person', () => {
    fc.assert(
      fc.property(codes, codes, anyWeights, (target, source, weights) => {
        const mixed = mixCodes({ target, sources: [{ codes: source, weights }, { codes: source }] });
        expect(farthest(mixed, swapCodes({ target, source }))).toBeLessThan(ROUNDING);
      }),
    );
  });

  test('only ratios of weights matter', () => {
    fc.assert(
      fc.property(codes, anySources, fc.double({ min: 1e-6, max: 1e6, noNaN: true }), (target, sources, factor) => {
        const scaled = sources.map(({ codes: face, weights }) => ({
          codes: face,
          weights:
            typeof weights === 'number'
              ? weights * factor
              : Object.fromEntries(Object.entries(weights).map(([key, weight]) => [key, weight * factor])),
        }));
        expect(farthest(mixCodes({ target, sources }), mixCodes({ target, sources: scaled }))).toBeLessThan(ROUNDING);
      }),
    );
  });

  test('the order of people does not matter', () => {
    fc.assert(
      fc.property(codes, anySources, (target, sources) => {
        const turned = mixCodes({ target, sources: sources.toReversed() });
        expect(farthest(mixCodes({ target, sources }), turned)).toBeLessThan(ROUNDING);
      }),
    );
  });

  test('a mix lies between the people', () => {
    fc.assert(
      fc.property(codes, anySources, (target, sources) => {
        const mixed = mixCodes({ target, sources });
        const from = TABLE.entries.find((entry) => sideOf(entry) === 'source')?.offset as number;
        for (let index = from; index < TABLE.totalWidth; index += 1) {
          const all = sources.map((source) => source.codes.values[index] as number);
          expect(mixed.values[index]).toBeGreaterThanOrEqual(Math.min(...all) - ROUNDING);
          expect(mixed.values[index]).toBeLessThanOrEqual(Math.max(...all) + ROUNDING);
        }
      }),
    );
  });

  test('strength 0 keeps the target, 1 is the whole mix, and between them is the straight line', () => {
    fc.assert(
      fc.property(codes, anySources, fc.double({ min: 0, max: 1, noNaN: true }), (target, sources, strength) => {
        const whole = mixCodes({ target, sources });
        expect(mixCodes({ target, sources, strength: 0 })).toEqual(target);
        expect(mixCodes({ target, sources, strength: 1 })).toEqual(whole);
        const line = interpolateCodes(target, whole, strength);
        expect(farthest(mixCodes({ target, sources, strength }), line)).toBeLessThan(ROUNDING);
      }),
    );
  });

  test('interpolation meets its ends', () => {
    fc.assert(
      fc.property(codes, codes, (first, second) => {
        expect(interpolateCodes(first, second, 0)).toEqual(first);
        expect(interpolateCodes(first, second, 1)).toEqual(second);
        expect(farthest(interpolateCodes(first, first, 0.3), first)).toBeLessThan(ROUNDING);
      }),
    );
  });

  test('shares sum to 1, even for weights at the edge of the range', () => {
    const extreme = fc.double({ min: 1e-300, max: Number.MAX_VALUE, noNaN: true });
    fc.assert(
      fc.property(fc.array(extreme, { minLength: 1, maxLength: 5 }), (weights) => {
        for (const { shares } of layerShares({ table: TABLE, weights })) {
          expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
        }
      }),
    );
  });

  test('inputs are left as they were', () => {
    const [target, source] = [filled(1), filled(2)];
    mixCodes({ target, sources: [{ codes: source }, { codes: filled(4) }], strength: 0.5 });
    expect([target, source]).toEqual([filled(1), filled(2)]);
  });
});

test('weights by layer name, kind and resolution: the narrower key wins, a resolution holds upward', () => {
  const weights = { '32': 1, torgb: 2, 'b64.torgb': 4 };
  const shares = layerShares({ table: styleTable(128), weights: [weights, 1] });
  expect(Object.fromEntries(shares.map(({ entry, shares: [first] }) => [entry.name, first]))).toEqual({
    'b32.conv0': 1 / 2,
    'b32.conv1': 1 / 2,
    'b32.torgb': 2 / 3,
    'b64.conv0': 1 / 2,
    'b64.conv1': 1 / 2,
    'b64.torgb': 4 / 5,
    'b128.conv0': 1 / 2,
    'b128.conv1': 1 / 2,
    'b128.torgb': 2 / 3,
  });
});

test('a worked example: 3 parts of 2 and 1 part of 6 are 3, half of it towards a target of 1 is 2', () => {
  const sources = [{ codes: filled(2), weights: 3 }, { codes: filled(6) }];
  const mixed = mixCodes({ target: filled(1), sources, strength: { '64': 0.5 } });
  expect(TABLE.entries.map(({ index }) => codeOf(mixed, index)[0])).toEqual([1, 1, 1, 1, 1, 1, 1, 1, 3, 3, 3, 2, 2, 2]);
});

const mix = (weights: unknown, other: unknown = 1) =>
  mixCodes({
    target: filled(0),
    sources: [{ codes: filled(1), weights: weights as number }, { codes: filled(2), weights: other as number }],
  });

describe('refusals', () => {
  test.each([
    ['a word', 'heavy', /weights of source 0: expected a finite number, 0 or more, for every layer, got 'heavy'/],
    ['NaN', Number.NaN, /got NaN/],
    ['infinity', Number.POSITIVE_INFINITY, /got Infinity/],
    ['a negative number', -1, /got -1/],
    ['null', null, /got null/],
    ['NaN at a layer', { 'b32.conv0': Number.NaN }, /for b32.conv0, got NaN/],
    ['a word at a layer', { '32': '1' }, /for 32, got '1'/],
    ['an unknown layer', { 'b32.conv2': 1 }, /got 'b32.conv2'/],
    ['a layer that no generator has', { 'b4.conv0': 1 }, /got 'b4.conv0'/],
    ['a resolution that no generator has', { '33': 1 }, /got '33'/],
    ["a layer of the target's", { 'b16.conv0': 1 }, /one for b16.conv0, which the target gives/],
  ])('%s', (_, weights, message) => {
    expect(() => mix(weights)).toThrow(message);
    expect(() => mix(weights)).toThrow(InputError);
  });

  test('a layer where everybody has weight 0', () => {
    expect(() => mix({ '32': 1, '64': 0 }, { '32': 0 })).toThrow(/above 0 at b64.conv0, got weight 0 from all 2 sources/);
    expect(() => mix({ '64': 1 }, 0)).toThrow(/b32.conv0/);
    expect(() => mixCodes({ target: filled(0), sources: [] })).toThrow(/got no source/);
  });

  test('a strength outside [0, 1]', () => {
    const sources = [{ codes: filled(1) }];
    expect(() => mixCodes({ target: filled(0), sources, strength: 1.5 })).toThrow(/a number from 0 to 1/);
    expect(() => mixCodes({ target: filled(0), sources, strength: { '64': Number.NaN } })).toThrow(InputError);
  });

  test('faces of different generators', () => {
    const larger = filled(1, styleTable(128, TABLE.plan));
    const wider = filled(1, styleTable(64, { base: 4096, maximum: 8 }));
    for (const source of [larger, wider]) {
      expect(() => swapCodes({ target: filled(0), source })).toThrow(ShapeError);
      expect(() => mixCodes({ target: filled(0), sources: [{ codes: source }] })).toThrow(/same bundle/);
      expect(() => interpolateCodes(filled(0), source, 0.5)).toThrow(/encode all faces/);
    }
  });

  test('an interpolation to nowhere', () => {
    expect(() => interpolateCodes(filled(0), filled(1), Number.NaN)).toThrow(/finite number, got NaN/);
  });
});

const give = (name: string, resolution: number, sourceCount: number) =>
  Object.fromEntries(
    layerShares({
      table: styleTable(resolution),
      weights: presetWeights(name, { table: styleTable(resolution), sourceCount }),
    }).map(({ entry, shares }) => [entry.name, shares]),
  );

describe('presets', () => {
  test('global+local: the coarsest identity resolution from one, the rest from another', () => {
    for (const resolution of [64, 256, 1024]) {
      for (const [name, shares] of Object.entries(give('global+local', resolution, 2))) {
        expect(shares).toEqual(name.startsWith('b32.') ? [1, 0] : [0, 1]);
      }
    }
    expect(give('global+local', 64, 3)['b64.conv0']).toEqual([0, 0.5, 0.5]);
  });

  test('average, colours, bands', () => {
    expect(give('average', 64, 4)['b32.torgb']).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(give('colours', 128, 2)).toMatchObject({ 'b128.conv1': [1, 0], 'b32.torgb': [0, 1], 'b128.torgb': [0, 1] });
    expect(give('bands', 256, 2)).toMatchObject({ 'b64.conv1': [1, 0], 'b128.conv0': [0, 1], 'b256.torgb': [0, 1] });
  });

  test('coarse-to-fine walks from the first to the last', () => {
    const walk = give('coarse-to-fine', 512, 3);
    expect([32, 64, 128, 256, 512].map((resolution) => walk[`b${resolution}.conv0`])).toEqual([
      [1, 0, 0],
      [0.5, 0.5, 0],
      [0, 1, 0],
      [0, 0.5, 0.5],
      [0, 0, 1],
    ]);
  });

  test('refusals', () => {
    const table = styleTable(64);
    expect(() => presetWeights('mean', { table, sourceCount: 2 })).toThrow(/one of average, global\+local/);
    expect(() => presetWeights('toString', { table, sourceCount: 2 })).toThrow(InputError);
    expect(() => presetWeights('global+local', { table, sourceCount: 1 })).toThrow(/2 sources or more/);
    expect(() => presetWeights('bands', { table, sourceCount: 3 })).toThrow(/at most 2 sources/);
    expect(() => presetWeights('colours', { table: styleTable(32), sourceCount: 2 })).toThrow(/choose 'average'/);
  });
});
