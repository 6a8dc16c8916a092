import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  KeyMapError, compareKeys, describeKeyReport, fromTheirLayout, fromTheirs, mapKeys, theirShape, toTheirLayout, toTheirs, unmapKeys,
} from '../../src/index.ts';
import type { KeyMap, LayoutChange } from '../../src/index.ts';

const MAP: KeyMap = {
  origin: 'a small network',
  placeholders: {
    block: { offset: 1 },
    up: { names: { 8: '0', 16: '2' } },
    unit: { names: { '0.0': '0', '0.1': '1', '1.0': '2' } },
    norm: { names: { scale: 'weight', offset: 'bias', mean: 'running_mean' } },
  },
  rules: [
    { ours: 'stem', theirs: 'conv1.weight', layout: 'kernel' },
    { ours: 'blocks.{block}.conv', theirs: 'layer{block}.conv.weight', layout: 'kernel' },
    { ours: 'blocks.{block}.{name}.{norm}', theirs: 'layer{block}.{name}_bn.{norm}' },
    { ours: 'ups.b{up}_conv0', theirs: 'convs.{up}.conv.weight', layout: 'modulated kernel' },
    { ours: 'units.{unit}.bias', theirs: 'body.{unit}.bias' },
    { ours: 'head', theirs: 'fc.weight', layout: { positions: 4 } },
    { ours: 'mean', theirs: 'latent_avg', fill: 0.5 },
  ],
  ignored: ['{layer}.num_batches_tracked'],
};

const SPECS = new Map([
  ['stem', { shape: [3, 3, 1, 2] }],
  ['blocks.0.conv', { shape: [1, 1, 2, 3] }],
  ['blocks.11.conv', { shape: [1, 1, 3, 3] }],
  ['blocks.0.first.mean', { shape: [3] }],
  ['ups.b16_conv0', { shape: [3, 3, 2, 1] }],
  ['units.0.1.bias', { shape: [2] }],
  ['units.1.0.bias', { shape: [2] }],
  ['head', { shape: [8, 3] }],
  ['mean', { shape: [2] }],
]);

const counted = (shape: readonly number[]) => ({
  shape: [...shape],
  data: Float32Array.from({ length: shape.reduce((product, size) => product * size, 1) }, (_, index) => index),
});
const tensors = new Map([...SPECS].map(([name, { shape }]) => [name, counted(shape)]));

test('names are changed by rule, by offset and by table', () => {
  expect(mapKeys(MAP, SPECS.keys()).map(({ theirs }) => theirs)).toEqual([
    'conv1.weight', 'layer1.conv.weight', 'layer12.conv.weight', 'layer1.first_bn.running_mean', 'convs.2.conv.weight', 'body.1.bias', 'body.2.bias',
    'fc.weight', 'latent_avg',
  ]);
});

test('law: names there and back are the same, and so are tensors', () => {
  const pairs = mapKeys(MAP, SPECS.keys());
  expect(unmapKeys(MAP, pairs.map(({ theirs }) => theirs))).toEqual(pairs);
  const state = toTheirs(tensors, MAP);
  expect(state.get('convs.2.conv.weight')?.shape).toEqual([1, 1, 2, 3, 3]);
  const back = fromTheirs(state, MAP, SPECS);
  expect([...back.tensors]).toEqual([...tensors]);
  expect(describeKeyReport(back.report)).toEqual([]);
});

test('law: any block number survives the offset', () => {
  fc.assert(fc.property(fc.nat(), (block) => {
    const [pair] = mapKeys(MAP, [`blocks.${block}.conv`]);
    expect(pair?.theirs).toBe(`layer${block + 1}.conv.weight`);
    expect(unmapKeys(MAP, [pair?.theirs as string])[0]?.ours).toBe(`blocks.${block}.conv`);
  }));
});

test('what no rule knows is named, all of it', () => {
  expect(() => mapKeys(MAP, ['stem', 'other', 'blocks.x.conv', 'ups.b4_conv0', 'blocks.01.conv'])).toThrow('4 without: other, blocks.x.conv, ups.b4_conv0, blocks.01.conv');
  expect(() => mapKeys({ ...MAP, rules: [{ ours: 'a{x}', theirs: 'b' }] }, [])).toThrow('the same placeholders');
  expect(() => mapKeys({ ...MAP, rules: [{ ours: 'a{x}{x}', theirs: 'b{x}' }] }, [])).toThrow('each placeholder once');
  const merging: KeyMap = { origin: 'x', rules: [{ ours: 'a', theirs: 'c' }, { ours: 'b', theirs: 'c' }] };
  expect(() => mapKeys(merging, ['a', 'b'])).toThrow('c for a and b');
  expect(unmapKeys(MAP, ['convs.1.conv.weight', 'layer0.conv.weight'])).toEqual([]);
});

test('the report has every missing, wrong and unexpected key at once', () => {
  const state = new Map(toTheirs(tensors, MAP));
  for (const name of ['conv1.weight', 'body.1.bias', 'latent_avg']) state.delete(name);
  state.set('fc.weight', counted([3, 9]));
  state.set('fc.bias', counted([3]));
  state.set('layer1.bn.num_batches_tracked', counted([]));
  const report = compareKeys(state, MAP, SPECS);
  expect(report.missing.map(({ ours }) => ours)).toEqual(['stem', 'units.0.1.bias']);
  expect(report.wrongShapes).toEqual([{ ours: 'head', theirs: 'fc.weight', expected: [3, 8], got: [3, 9] }]);
  expect(report.unexpected).toEqual(['fc.bias']);
  expect(report.filled.map(({ ours }) => ours)).toEqual(['mean']);
  try {
    fromTheirs(state, MAP, SPECS);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(KeyMapError);
    expect((error as KeyMapError).report).toEqual(report);
    expect(String(error)).toContain('2 missing: conv1.weight, body.1.bias; 1 with another shape: fc.weight [3, 9] instead of [3, 8]; 1 unexpected: fc.bias');
  }
});

test('an absent tensor with a fill is filled', () => {
  const state = new Map(toTheirs(tensors, MAP));
  state.delete('latent_avg');
  expect(fromTheirs(state, MAP, SPECS).tensors.get('mean')).toEqual({ data: Float32Array.of(0.5, 0.5), shape: [2] });
});

describe('layouts', () => {
  const cases: readonly (readonly [LayoutChange, readonly number[], readonly number[]])[] = [
    ['same', [2, 3], [2, 3]],
    ['linear', [2, 3], [3, 2]],
    ['kernel', [2, 3, 4, 5], [5, 4, 2, 3]],
    ['depthwise', [2, 3, 4, 1], [4, 1, 2, 3]],
    ['modulated kernel', [2, 3, 4, 5], [1, 5, 4, 2, 3]],
    ['constant', [2, 3, 4], [4, 2, 3]],
    ['batched constant', [2, 3, 4], [1, 4, 2, 3]],
    ['batched plane', [2, 3], [1, 1, 2, 3]],
    ['batched vector', [3], [1, 3, 1, 1]],
    ['scalar', [], [1]],
    ['linear from kernel', [2, 3], [3, 2, 1, 1]],
    [{ positions: 4 }, [8, 3], [3, 8]],
    [{ rank: 2, axes: ['new', 'new', 1, 0] }, [1, 1, 2, 3], [3, 2]],
    [{ rank: 4, axes: [2, 3, 1, 0], reversed: [0, 1] }, [2, 3, 4, 5], [5, 4, 2, 3]],
    [{ rank: 3, axes: [2, 'new', 0], reversed: [0, 2] }, [2, 1, 3], [3, 1, 2]],
  ];

  test.each(cases)('law: %j there and back changes nothing', (layout, ours, theirs) => {
    expect(theirShape(ours, layout)).toEqual(theirs);
    const tensor = counted(ours);
    const moved = toTheirLayout(tensor, layout);
    expect(moved.shape).toEqual(theirs);
    expect(fromTheirLayout(moved, layout)).toEqual(tensor);
  });

  test('values are where they belong', () => {
    expect(fromTheirLayout(counted([2, 3]), 'linear')).toEqual({ data: Float32Array.of(0, 3, 1, 4, 2, 5), shape: [3, 2] });
    const flipped = fromTheirLayout(counted([2, 3]), { rank: 2, axes: [1, 0], reversed: [0] });
    expect(flipped.data).toEqual(Float32Array.of(2, 5, 1, 4, 0, 3));
    // Channels first, 2 channels of 2 positions each: their column c * 2 + p is our row p * 2 + c.
    expect(fromTheirLayout(counted([1, 4]), { positions: 2 }).data).toEqual(Float32Array.of(0, 2, 1, 3));
  });

  test('a shape that does not fit is refused', () => {
    expect(() => fromTheirLayout(counted([2, 2]), 'scalar')).toThrow('1 axes');
    expect(() => fromTheirLayout(counted([2, 2, 3, 3, 3]), 'modulated kernel')).toThrow('size 1 at [0]');
    expect(() => theirShape([2], 'kernel')).toThrow('4 axes');
    expect(() => theirShape([7, 2], { positions: 4 })).toThrow('multiple of 4');
  });
});
