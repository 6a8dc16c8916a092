import { mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { InputError } from '@mfim/tensor-contracts';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { checkDocument, readDocument } from '../src/config/read-config.ts';
import { DATASET_SCHEMA, outputsOf } from '../src/dataset/dataset-config.ts';
import { datasetHash } from '../src/dataset/dataset-hash.ts';
import { reportOf, skippedByReason } from '../src/dataset/preparation-report.ts';
import { prepareDataset } from '../src/dataset/prepare-dataset.ts';
import { reportPage } from '../src/dataset/report-page.ts';
import { writeReport } from '../src/dataset/write-report.ts';
import { noisePng, writeZip } from './small-archives.ts';

const HOSTILE = '<script>alert(1)</script>".png';

describe('the report of a preparation', () => {
  test('counts what is there, lists what is not, shows duplicates beside their like, and asks nothing of the network', async () => {
    const folder = await mkdtemp(path.join(tmpdir(), 'mfim-report-'));
    const one = await noisePng(1);
    await writeZip(path.join(folder, 'faces.zip'), [['a.png', one], ['b.png', await noisePng(2)], ['copy.png', one], [HOSTILE, 'no picture'], ['dataset.json', '{"labels": [["a.png", 2], ["b.png", 5]]}']]);
    const outputs = [16, 32].map((size) => ({ folder: path.join(folder, 'out', String(size)), size }));
    const collections = [{ name: 'mine', paths: [path.join(folder, 'faces.zip')], licence: 'CC0', heldOut: 1 }];
    const result = await prepareDataset({ collections, outputs, finder: 'aligned', minimumFace: 0, maxSkipped: 1, duplicates: { distance: 40, keep: false } });
    const page = await writeReport(result, { folder: path.join(folder, 'out'), outputs, duplicatesKept: false });
    const json = JSON.parse(await readFile(path.join(folder, 'out', 'report.json'), 'utf8')) as Record<string, unknown>;
    expect(json).toMatchObject({ images: 2, heldOut: 1, read: 4, collections: { mine: 2 }, licences: { CC0: 2 }, duplicatesKept: false });
    expect(json['duplicates']).toEqual([{ origin: 'mine/faces/copy.png', like: 'mine/faces/a.png', distance: 0 }]);
    expect(json['unused']).toEqual(['faces.zip: labels of 2 images in dataset.json (2 classes) are not kept: neither train nor pretrain has classes']);
    expect(json['skipped']).toMatchObject([{ origin: `mine/faces/${HOSTILE}` }]);
    const html = await readFile(page as string, 'utf8');
    expect(html).toContain(await datasetHash(outputs[1]?.folder as string));
    expect(html).toContain('<h2>Not kept</h2>\n<ul><li>faces.zip: labels of 2 images');
    expect(html).not.toContain('<script');
    expect(html).toContain('&lt;script&gt;');
    expect(html).not.toMatch(/(?:src|href)="(?!data:image\/jpeg;base64,)/u);
    expect(html).not.toMatch(/https?:\/\//u);
    expect(html.match(/<img /gu)).toHaveLength(2 + 2);
    expect((await readdir(path.join(folder, 'out'))).toSorted()).toEqual(['16', '32', 'report.html', 'report.json']);
  });

  test('bins faces by their side, and says why a run stopped', () => {
    const stopped = new InputError({ where: 'here', expected: 'a', got: 'b', remedy: 'c' });
    const records = [10, 64, 255.5, 256, 4000].map((faceSide, number) => ({ origin: `x/${number}`, split: 'train' as const, licence: 'CC0', faceSide }));
    const skipped = ['no face found', 'other', 'no face found'].map((reason, number) => ({ origin: `x/s${number}`, reason }));
    const report = reportOf({ count: 5, read: 8, skipped, duplicates: [], unused: [], stopped }, { outputs: [{ folder: 'f', size: 256, hash: 'h' }], records, duplicatesKept: false });
    expect(report.faceSides.bins.filter(({ count }) => count > 0)).toEqual([
      { from: 0, to: 64, count: 1 },
      { from: 64, to: 96, count: 1 },
      { from: 192, to: 256, count: 1 },
      { from: 256, to: 384, count: 1 },
      { from: 1024, to: null, count: 1 },
    ]);
    expect(report.faceSides.enlarged).toBe(3);
    expect(skippedByReason(skipped)).toEqual([['no face found', 2], ['other', 1]]);
    expect(reportPage(report, { sample: [], duplicates: new Map() })).toContain('Stopped early.</strong> here: expected a, got b; c');
  });
});

describe('the config of a dataset', () => {
  const whole = { sources: [{ name: 'a', paths: ['x'], licence: 'CC0' }], out: 'data', sizes: [64] };

  test('the example in configs is whole and has the defaults', async () => {
    const file = new URL('../configs/dataset.yaml', import.meta.url);
    const config = await readDocument(DATASET_SCHEMA, file.pathname);
    const defaults = checkDocument(DATASET_SCHEMA, { ...whole, sources: [{ ...whole.sources[0] }] }, 'test');
    const { sources, out, sizes, ...rest } = config;
    expect(rest).toEqual({ aligned: defaults.aligned, minimumFace: defaults.minimumFace, maxSkipped: defaults.maxSkipped, duplicates: defaults.duplicates });
    expect(Object.keys(parse(await readFile(file, 'utf8')) as object)).toHaveLength(Object.keys(config).length);
    expect(outputsOf({ out, sizes }).map(({ folder }) => folder)).toEqual(['data/faces/64', 'data/faces/128']);
    expect(outputsOf(defaults)).toEqual([{ folder: 'data', size: 64 }]);
    expect(sources).toHaveLength(1);
  });

  test('mistakes are named', async () => {
    const refused = (change: object): string => {
      try {
        checkDocument(DATASET_SCHEMA, { ...whole, ...change }, 'test');
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
        return (error as Error).message;
      }
      return '';
    };
    expect(refused({ alinged: true })).toMatch(/alinged/u);
    expect(refused({ sizes: [64, 64] })).toMatch(/listed twice/u);
    expect(refused({ sizes: [Number.NaN] })).toMatch(/sizes\[0\]/u);
    expect(refused({ maxSkipped: 10 })).toMatch(/maxSkipped/u);
    expect(refused({ sources: [whole.sources[0], whole.sources[0]] })).toMatch(/same name/u);
    expect(refused({ sources: [{ ...whole.sources[0], name: 'a/b' }] })).toMatch(/without \//u);
    expect(refused({ sources: [{ ...whole.sources[0], licence: undefined }] })).toMatch(/licence/u);
    await expect(readDocument(DATASET_SCHEMA, 'absent.yaml')).rejects.toThrow(/readable YAML/u);
    const file = path.join(await mkdtemp(path.join(tmpdir(), 'mfim-config-')), 'bad.yaml');
    await writeFile(file, 'sources: [');
    await expect(readDocument(DATASET_SCHEMA, file)).rejects.toThrow(InputError);
  });
});
