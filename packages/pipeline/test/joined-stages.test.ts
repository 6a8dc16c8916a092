/** Stages that are drawn as one, and one by one again when a slider asks for it. */
import { styleCodes, styleTable } from '@mfim/tensor-contracts';
import type { HostTensor } from '@mfim/tensor-contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { GeneratorStage, StageInputs, StageOutputs } from '../src/generator-stage.ts';
import { stagedGenerator } from '../src/staged-generation.ts';
import { pixelsOf } from './fingerprint.ts';

const table = styleTable(32, { base: 32, maximum: 2 });
const TOPS = [4, 8, 16, 32];

const picture = (side: number, value: number): HostTensor => ({ data: new Float32Array(side * side * 3).fill(Math.sin(value)), shape: [1, side, side, 3] });

/** Adds up its codes and what the stage below made of its own. */
function stage(from: number, upTo: number, ran: string[]): GeneratorStage {
  const own = table.entries.filter(({ resolution }) => resolution > from && resolution <= upTo);
  const codeRange = { start: own[0]?.offset ?? 0, end: (own.at(-1)?.offset ?? 0) + (own.at(-1)?.width ?? 0) };
  return {
    upTo,
    codeRange,
    maps: [],
    run({ codes, previous }: StageInputs): Promise<StageOutputs> {
      ran.push(`${from}-${upTo}`);
      const sum = codes.values.slice(codeRange.start, codeRange.end).reduce((total, value) => total + value, previous?.features?.data[0] ?? 0);
      return Promise.resolve({ rgb: picture(upTo, sum), features: { data: Float32Array.of(sum), shape: [1, 1, 1, 1] } });
    },
  };
}

const stages = (ran: string[]): GeneratorStage[] => TOPS.map((upTo, position) => stage(TOPS[position - 1] ?? 0, upTo, ran));
const codesOf = (values: readonly number[]) => styleCodes(table, Float32Array.from({ length: table.totalWidth }, (_, index) => values[table.entries.findLastIndex(({ offset }) => offset <= index)] ?? 0));

test('law: whatever is asked for, in whatever order, is drawn as without the joined tail', async () => {
  const values = fc.array(fc.integer({ min: 0, max: 1 }), { minLength: table.entries.length, maxLength: table.entries.length });
  const call = fc.record({ values, upTo: fc.constantFrom(...TOPS), withPreviews: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(call, { maxLength: 6 }), fc.integer({ min: 1, max: 2 }), async (calls, first) => {
      const joined = stagedGenerator(stages([]), { first, stage: stage(TOPS[first - 1] as number, 32, []) });
      for (const { values: codes, upTo, withPreviews } of calls) {
        const alone = stagedGenerator(stages([]));
        const seen: string[][] = [[], []];
        const images = [];
        for (const [index, generator] of [joined, alone].entries()) {
          const options = withPreviews ? { upTo, onPreview: (image: Parameters<typeof pixelsOf>[0]) => void seen[index]?.push(pixelsOf(image)) } : { upTo };
          images.push(pixelsOf(await generator.generate({ codes: codesOf(codes), maps: new Map() }, options)));
        }
        expect(images[0]).toBe(images[1]);
        expect(seen[0]).toEqual(seen[1]);
      }
    }),
  );
});

test('a whole image is drawn by the tail; the first slider above its beginning draws its stages, and from then on only what changes', async () => {
  const ran: string[] = [];
  const generator = stagedGenerator(stages(ran), { first: 2, stage: stage(8, 32, ran) });
  const ends: string[][] = [];
  const plain = table.entries.map(() => 0);
  const fine = table.entries.findIndex(({ resolution }) => resolution === 32);
  for (const values of [plain, plain, plain.with(fine, 1), plain.with(fine, 2), plain.with(0, 1)]) {
    await generator.generate({ codes: codesOf(values), maps: new Map() });
    ends.push(ran.splice(0));
  }
  expect(ends).toEqual([['0-4', '4-8', '8-32'], [], ['8-16', '16-32'], ['16-32'], ['0-4', '4-8', '8-32']]);
});
