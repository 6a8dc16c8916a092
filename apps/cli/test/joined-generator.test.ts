/** On ONNX Runtime for Node the upper stages of a real generator run as one, and draw what they draw one by one. */
import { styleCodes } from '@mfim/tensor-contracts';
import type { StyleCodes } from '@mfim/tensor-contracts';
import { memoryFiles, openBundle } from '@mfim/pipeline';
import type { Bundle, Stopwatch } from '@mfim/pipeline';
import { nodeRuntime } from '@mfim/pipeline/node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { randomBundle } from '../src/bench/random-bundle.ts';

/** 64 channels up to 16 pixels, then fewer: so the files of the upper stages are small. */
const CHANNELS = { base: 1024, maximum: 64 };
const ENCODER = {
  inputResolution: 64,
  stemWidth: 4,
  stages: [4, 6, 8].map((width) => ({ units: 1, width })),
  pyramidWidth: 4,
  levels: [
    { resolution: 8, codesUpTo: 8 },
    { resolution: 16, codesUpTo: 16 },
    { resolution: 32, codesUpTo: 128 },
  ],
  codeWidth: 8,
  mapWidth: 4,
  mapResolutions: [16, 32],
};

let joined: Bundle;
let apart: Bundle;
beforeAll(async () => {
  const files = memoryFiles(await randomBundle({ resolution: 128, channels: CHANNELS, encoder: ENCODER }));
  const runtime = await nodeRuntime({ threads: 1 });
  joined = await openBundle(files, runtime);
  apart = await openBundle(files, { name: 'apart', open: (model) => runtime.open(model) });
});
afterAll(() => Promise.all([joined.release(), apart.release()]));

function codesWith({ table }: Bundle, changed: number): StyleCodes {
  const start = table.entries.find(({ resolution }) => resolution >= changed)?.offset ?? 0;
  return styleCodes(table, Float32Array.from({ length: table.totalWidth }, (_, index) => 1 + 0.3 * Math.sin(index) + (changed > 0 && index >= start ? 0.5 : 0)));
}

test('whole images, and sliders from coarse to fine', async () => {
  const maps = new Map(joined.table.noises.filter(({ resolution }) => resolution === 16).map(({ index }) => [index, Float32Array.from({ length: 256 }, (_, place) => Math.sin(place))]));
  const [first, second] = [joined.stagedGenerator(), apart.stagedGenerator()];
  const ran: string[][] = [];
  for (const changed of [0, 128, 32, 4]) {
    const names: string[] = [];
    const stopwatch: Stopwatch = {
      timings: {},
      add: () => undefined,
      measure(name, work) {
        names.push(name);
        return Promise.resolve(work());
      },
    };
    const inputs = { codes: codesWith(joined, changed), maps };
    const [got, expected] = [await first.generate(inputs, { stopwatch }), await second.generate(inputs)];
    const differences = got.data.map((value, index) => Math.abs(value - (expected.data[index] as number)));
    expect(Math.max(...differences)).toBeLessThanOrEqual(1);
    expect(new Set(got.data).size).toBeGreaterThan(9);
    ran.push(names);
  }
  expect(ran).toEqual([['generateUpTo16', 'generateUpTo128'], ['generateUpTo64', 'generateUpTo128'], ['generateUpTo128'], ['generateUpTo16', 'generateUpTo128']]);
});
