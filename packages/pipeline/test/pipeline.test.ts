import { swapCodes } from '@mfim/id-mixing';
import type { Recipe } from '@mfim/id-mixing';
import { FaceError, InputError } from '@mfim/tensor-contracts';
import type { ByteImage } from '@mfim/tensor-contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createMixer, createPipeline, memoryFiles, openBundle } from '../src/index.ts';
import type { Bundle, Pipeline } from '../src/index.ts';
import { nodeRuntime } from '../src/node.ts';
import { countingRuntime } from './counting-runtime.ts';
import { pixelsOf } from './fingerprint.ts';
import { tinyFiles } from './tiny-bundle.ts';
import { faceAt, finderOf, photoOf } from './tiny-photo.ts';

const target = photoOf(1, 200, 150);
const anna = photoOf(2);
const ben = photoOf(3);
const group = photoOf(4, 240, 160);
const empty = photoOf(5);
const finder = finderOf(
  new Map([
    [target, [faceAt(0, { x: 100, y: 75 }, 70)]],
    [anna, [faceAt(0, { x: 80, y: 60 }, 60)]],
    [ben, [faceAt(0, { x: 70, y: 65 }, 50)]],
    [group, [faceAt(0, { x: 60, y: 80 }, 70), faceAt(1, { x: 170, y: 80 }, 50)]],
  ]),
);

let bundle: Bundle;
let pipeline: Pipeline;
let runs: string[];

beforeAll(async () => {
  const counting = countingRuntime(await nodeRuntime({ threads: 1 }));
  runs = counting.runs;
  bundle = await openBundle(memoryFiles(tinyFiles()), counting.runtime);
  pipeline = await createPipeline({ bundle, finder });
});
afterAll(() => bundle.release());

const sizeOf = ({ width, height }: ByteImage) => [width, height];
const recipe: Recipe = {
  format: 'mfim-recipe',
  version: 1,
  sources: [
    { label: 'anna', weights: { '32': 1, '64': 0 } },
    { label: 'ben', weights: { '32': 0, '64': 1 } },
  ],
};

describe('swap', () => {
  test('gives the photo back in its size, and reports everything', async () => {
    const result = await pipeline.swap({ source: anna, target });
    expect(sizeOf(result.image)).toEqual([200, 150]);
    expect(pixelsOf(result.image)).not.toBe(pixelsOf(target));
    expect([result.crop, result.targetCrop, ...result.sourceCrops].map(sizeOf)).toEqual([[64, 64], [64, 64], [64, 64]]);
    expect(result.faces.chosen).toEqual({ target: 0, sources: [0] });
    expect(result.faces.target).toHaveLength(1);
    expect(result.model).toEqual({ name: 'tiny', resolution: 64, runtime: 'onnxruntime-node cpu' });
  });

  test('draws what encoding, swapping and generating by hand draw', async () => {
    const [source, other] = await Promise.all([anna, target].map((photo) => pipeline.prepare({ photo })));
    const codes = swapCodes({ target: other!.encoded.codes, source: source!.encoded.codes, split: bundle.manifest.split });
    const crop = await bundle.generate(codes, other!.encoded.maps);
    expect(pixelsOf((await pipeline.swap({ source: anna, target })).crop)).toBe(pixelsOf(crop));
  });

  test('times every stage with the clock it is given', async () => {
    let now = 0;
    const timed = await createPipeline({ bundle, finder, clock: () => (now += 1) });
    const { timings } = await timed.swap({ source: anna, target });
    const stages = ['source.find', 'source.align', 'source.encode', 'target.find', 'target.align', 'target.encode', 'mix', 'generateUpTo32', 'generateUpTo64', 'paste'];
    expect(Object.keys(timings)).toEqual([...stages, 'total']);
    for (const stage of stages) expect(timings[stage]).toBe(1);
    expect(timings['total']).toBeGreaterThan(stages.length);
  });

  test('swapping a face with itself, and any strength 0, draws the reconstruction', async () => {
    const face = await pipeline.prepare({ photo: target });
    const rebuilt = await bundle.generate(face.encoded.codes, face.encoded.maps);
    expect(pixelsOf((await pipeline.swap({ source: target, target })).crop)).toBe(pixelsOf(rebuilt));
    expect(pixelsOf((await pipeline.swap({ source: anna, target, strength: 0 })).crop)).toBe(pixelsOf(rebuilt));
  });

  test('leaves the inputs as they were', async () => {
    const before = [anna, target].map(pixelsOf);
    await pipeline.swap({ source: anna, target, colourTransfer: true });
    expect([anna, target].map(pixelsOf)).toEqual(before);
  });
});

describe('mix', () => {
  const sources = [{ photo: anna }, { photo: ben }];

  test('one person is a swap; equal weights are the default', async () => {
    const swapped = await pipeline.swap({ source: anna, target });
    expect(pixelsOf((await pipeline.mix({ target, sources: [{ photo: anna }], weights: [3] })).image)).toBe(pixelsOf(swapped.image));
    const even = await pipeline.mix({ target, sources });
    expect(pixelsOf((await pipeline.mix({ target, sources, weights: [2, 2] })).crop)).toBe(pixelsOf(even.crop));
    expect(pixelsOf((await pipeline.mix({ target, sources, preset: 'average' })).crop)).toBe(pixelsOf(even.crop));
    expect(pixelsOf(even.crop)).not.toBe(pixelsOf(swapped.crop));
  });

  test('a preset and the recipe that says the same draw the same, labelled or in order', async () => {
    const { crop } = await pipeline.mix({ target, sources, preset: 'global+local' });
    expect(pixelsOf((await pipeline.mix({ target, sources, recipe })).crop)).toBe(pixelsOf(crop));
    const labelled = [{ photo: ben, label: 'ben' }, { photo: anna, label: 'anna' }];
    expect(pixelsOf((await pipeline.mix({ target, sources: labelled, recipe })).crop)).toBe(pixelsOf(crop));
  });

  test.each([
    ['nobody', { sources: [] }, /a source photo, got none/],
    ['two ways at once', { sources, preset: 'average', recipe }, /one of weights, preset, recipe, got preset and recipe/],
    ['a weight too few', { sources, weights: [1] }, /2 weights, one for each source, got 1/],
    ['a weight that is not a number', { sources, weights: [1, 'x' as unknown as number] }, /weights of source 1: expected a finite number.*'x'/],
    ['a weight that is missing', { sources, weights: [1, undefined as unknown as number] }, /2 weights, one for each source, got 1/],
    ['weights that are all 0', { sources, weights: [0, 0] }, /above 0 at b32\.conv0/],
    ['an unknown preset', { sources, preset: 'best' as 'average' }, /one of average/],
    ['a photo too few for the recipe', { sources: sources.slice(1), recipe }, /2 sources, as in the recipe, got 1/],
    ['labels of others', { sources: sources.map((source, index) => ({ ...source, label: `p${index}` })), recipe }, /faces for 'anna', 'ben', got 'p0', 'p1'/],
    ['half the labels', { sources: [{ photo: anna, label: 'anna' }, { photo: ben }], recipe }, /label of its own for every source, got none for source 1/],
    ['a label twice', { sources: [{ photo: anna, label: 'anna' }, { photo: ben, label: 'anna' }], recipe }, /'anna' twice/],
    ['a second strength', { sources, recipe, strength: 1 }, /write the strength into the recipe/],
  ] as const)('%s is refused before any network runs', async (_, options, message) => {
    runs.length = 0;
    await expect(pipeline.mix({ target, ...options })).rejects.toThrow(message);
    await expect(pipeline.mix({ target, ...options })).rejects.toThrow(InputError);
    expect(runs.splice(0)).toEqual([]);
  });
});

describe('faces', () => {
  test('the largest is taken, the others are listed, and a number chooses', async () => {
    const first = await pipeline.swap({ source: anna, target: group });
    expect(first.faces.target.map(({ index }) => index)).toEqual([0, 1]);
    expect(first.faces.chosen.target).toBe(0);
    const second = await pipeline.swap({ source: group, sourceFace: 1, target: group, targetFace: 1 });
    expect(second.faces.chosen).toEqual({ target: 1, sources: [1] });
    expect(pixelsOf(second.targetCrop)).not.toBe(pixelsOf(first.targetCrop));
  });

  test('a number that is not there lists those that are', async () => {
    for (const targetFace of [2, -1, 0.5, Number.NaN]) {
      const swapping = pipeline.swap({ source: anna, target: group, targetFace });
      await expect(swapping).rejects.toThrow(/target photo: expected one of the faces found: 0 \(70 x 70 pixels at 25, 45\); 1 \(50 x 50 pixels at 145, 55\), got face/);
      await expect(swapping).rejects.toThrow(FaceError);
    }
  });

  test('no face says in which photo', async () => {
    await expect(pipeline.swap({ source: empty, target })).rejects.toThrow(/source photo: expected a face, got none found/);
    await expect(pipeline.swap({ source: anna, target: empty })).rejects.toThrow(/target photo: expected a face/);
    await expect(pipeline.swap({ source: empty, target })).rejects.toThrow(FaceError);
  });
});

describe('the mixing desk', () => {
  test('encodes nothing twice and runs only the stages that a slider reaches', async () => {
    const [first, second, face] = await Promise.all([anna, ben, target].map((photo) => pipeline.prepare({ photo })));
    const mixer = pipeline.createMixer({ target: face!, sources: [{ face: first! }, { face: second! }] });
    runs.length = 0;
    const whole = await mixer.draw({ weights: [1, 1] });
    expect(runs.splice(0)).toEqual(['lower', 'upper']);
    const moved = await mixer.draw({ weights: [1, { '32': 1, '64': 3 }] });
    expect(runs.splice(0)).toEqual(['upper']);
    expect(Object.keys(moved.timings)).toEqual(['mix', 'generateUpTo64']);
    expect(pixelsOf(moved.crop)).not.toBe(pixelsOf(whole.crop));
    expect(pixelsOf((await mixer.draw({ weights: [1, { '32': 1, '64': 3 }] })).crop)).toBe(pixelsOf(moved.crop));
    expect(runs.splice(0)).toEqual([]);
    const rendered = await mixer.render({ weights: [1, 1] });
    expect(runs.splice(0)).toEqual(['upper']);
    expect(pixelsOf(rendered.crop)).toBe(pixelsOf(whole.crop));
    const fresh = await pipeline.mix({ target, sources: [{ photo: anna }, { photo: ben }] });
    expect(pixelsOf(rendered.image)).toBe(pixelsOf(fresh.image));
  });

  test('calls that overlap give what they give one by one', async () => {
    const [first, face] = await Promise.all([anna, target].map((photo) => pipeline.prepare({ photo })));
    const mixer = createMixer({ bundle, finder }, { target: face!, sources: [{ face: first! }] });
    const strengths = [0, 0.3, 0.6, 1];
    const together = await Promise.all(strengths.map((strength) => mixer.draw({ strength })));
    for (const [index, strength] of strengths.entries()) {
      expect(pixelsOf(together[index]!.crop)).toBe(pixelsOf((await mixer.draw({ strength })).crop));
    }
  });

  test('a desk needs somebody', async () => {
    const face = await pipeline.prepare({ photo: target });
    expect(() => pipeline.createMixer({ target: face, sources: [] })).toThrow(InputError);
  });
});

test('stops where it is told to', async () => {
  const reason = new Error('enough');
  await expect(pipeline.swap({ source: anna, target, signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  const controller = new AbortController();
  const stopping = await createPipeline({
    bundle,
    finder: {
      find: async (photo) => {
        controller.abort(reason);
        return finder.find(photo);
      },
    },
  });
  runs.length = 0;
  await expect(stopping.swap({ source: anna, target, signal: controller.signal })).rejects.toBe(reason);
  expect(runs).toEqual([]);
  expect((await pipeline.swap({ source: anna, target })).image.width).toBe(200);
});
