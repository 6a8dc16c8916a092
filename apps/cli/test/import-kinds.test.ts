/** Laws of every import kind: a guess is a share, and no names and shapes whatever bring a kind to an error that is not typed. */
import { ROSINALITY_GENERATOR_KEYS, NVIDIA_GENERATOR_KEYS, generatorSpec } from '@mfim/stylegan';
import { InputError, styleTable } from '@mfim/tensor-contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DeferredTensor } from '../src/import/import-kind.ts';
import { IMPORT_KINDS, guessKinds } from '../src/import/import-kinds.ts';
import { randomWeights, theirs } from './foreign-file.ts';
import { pspFile } from './psp-file.ts';

const generator = randomWeights(generatorSpec(styleTable(16, { base: 64, maximum: 8 }), 4, 2), 1);
const SAMPLES = {
  stylegan2: theirs(generator, ROSINALITY_GENERATOR_KEYS, 'g_ema.'),
  nvidia: theirs(generator, NVIDIA_GENERATOR_KEYS, 'G_ema.'),
  psp: pspFile(),
} as const;

type Shapes = ReadonlyMap<string, readonly number[]>;

const shapesOf = (tensors: ReadonlyMap<string, { readonly shape: readonly number[] }>): Shapes => new Map([...tensors].map(([name, { shape }]) => [name, shape]));

const anyShape = fc.array(fc.oneof(fc.nat({ max: 9 }), fc.constantFrom(512, 2 ** 31, Number.MAX_SAFE_INTEGER)), { maxLength: 6 });
const anyName = fc.oneof(fc.constantFrom('input.input', 'conv1.conv.weight', 'convs.99999999999.conv.weight', 'synthesis.b4294967296.conv1.weight', 'b4.out.weight', 'final_linear.1.weight', 'encoder.body.0.res_layer.1.weight', '__proto__'), fc.string());

/** A file that was one of these kinds until somebody dropped, renamed and reshaped its tensors. */
const anyFile: fc.Arbitrary<Shapes> = fc
  .record({ sample: fc.constantFrom(...Object.values(SAMPLES)), kept: fc.double({ min: 0, max: 1, noNaN: true }), others: fc.array(fc.tuple(anyName, anyShape), { maxLength: 8 }), reshaped: fc.array(fc.tuple(fc.nat(), anyShape), { maxLength: 3 }) })
  .map(({ sample, kept, others, reshaped }) => {
    const names = [...sample.keys()];
    const shapes = new Map([...shapesOf(sample)].slice(0, Math.ceil(kept * names.length)));
    for (const [index, shape] of reshaped) shapes.set(names[index % names.length] as string, shape);
    return new Map([...shapes, ...others]);
  });

describe.each(IMPORT_KINDS.map((kind) => [kind.name, kind] as const))('%s', (_, kind) => {
  test('law: whatever the names and shapes, a guess from 0 to 1, and an import or an InputError', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(anyFile, async (shapes) => {
        const confidence = kind.guess(shapes);
        expect(confidence).toBeGreaterThanOrEqual(0);
        expect(confidence).toBeLessThanOrEqual(1);
        const read = async (): Promise<Float32Array> => new Float32Array();
        const tensors = new Map([...shapes].map(([name, shape]): [string, DeferredTensor] => [name, { shape, read }]));
        await kind.import({ file: 'any.pt', tensors, scalars: new Map() }).catch((error: unknown) => expect(error).toBeInstanceOf(InputError));
      }),
      { numRuns: 25 },
    );
  });
});

test('files are taken for what they are', () => {
  expect(guessKinds(shapesOf(SAMPLES.stylegan2))[0]?.kind.name).toBe('stylegan2');
  expect(guessKinds(shapesOf(SAMPLES.nvidia))[0]?.kind.name).toBe('stylegan2');
  expect(guessKinds(shapesOf(SAMPLES.psp)).map(({ kind }) => kind.name).slice(0, 2)).toEqual(['psp', 'e4e']);
  expect(guessKinds(new Map([['fc.weight', [10, 20]]]))).toEqual([]);
});
