import { mkdir, mkdtemp, readFile, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { InputError } from '@mfim/tensor-contracts';
import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { openSource } from '../src/dataset/sources/open-source.ts';
import { PHOTO_BYTES_LIMIT } from '../src/dataset/sources/photo-source.ts';
import { greyPng, tarBytes, writeColumnParquet, writeImageParquet, writeTar, writeZip } from './small-archives.ts';

interface Walked {
  readonly names: string[];
  readonly bytes: Map<string, Buffer>;
  readonly refused: Map<string, string>;
}

/** Walks everything that a path opens, reading each photo. */
async function walk(target: string): Promise<Walked> {
  const walked: Walked = { names: [], bytes: new Map(), refused: new Map() };
  for (const { source } of await openSource(target)) {
    for await (const { name, read } of source.photos()) {
      walked.names.push(name);
      await read().then(
        (bytes) => walked.bytes.set(name, Buffer.from(bytes)),
        (error: unknown) => {
          expect(error).toBeInstanceOf(InputError);
          return walked.refused.set(name, (error as Error).message);
        },
      );
    }
  }
  return walked;
}

let folder: string;
let pictures: Buffer[];
const at = (name: string): string => path.join(folder, name);

beforeAll(async () => {
  pictures = await Promise.all([10, 80, 160].map((level) => greyPng(level)));
});

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'mfim-sources-'));
});

describe('what a path opens', () => {
  test('a folder with its sub-folders, in the order of the names; hidden and other files are passed over', async () => {
    await mkdir(at('b'));
    await writeFile(at('b/2.PNG'), pictures[1] as Buffer);
    await writeFile(at('a.png'), pictures[0] as Buffer);
    await writeFile(at('._a.png'), 'resource fork');
    await writeFile(at('notes.txt'), 'text');
    const { names, bytes } = await walk(folder);
    expect(names).toEqual(['a.png', 'b/2.PNG']);
    expect(bytes.get('b/2.PNG')).toEqual(pictures[1]);
  });

  test('a folder of shards: each is a source with a label of its own', async () => {
    await mkdir(at('deep'));
    await writeTar(at('deep/shard-1.tar'), [['x.png', pictures[1] as Buffer]]);
    await writeTar(at('shard-0.tar.gz'), [['x.png', pictures[0] as Buffer]]);
    const opened = await openSource(folder);
    expect(opened.map(({ label }) => label)).toEqual(['deep/shard-1', 'shard-0']);
    expect(opened.every(({ isFolder }) => !isFolder)).toBe(true);
  });

  test('the first bytes decide, not the extension', async () => {
    await writeZip(at('faces.bin'), [['a.png', pictures[0] as Buffer]]);
    expect((await walk(at('faces.bin'))).names).toEqual(['a.png']);
    await writeFile(at('text.zip'), 'this is a text');
    await expect(openSource(at('text.zip'))).rejects.toThrow(/a file of another kind/u);
    await writeFile(at('empty.tar'), '');
    await expect(openSource(at('empty.tar'))).rejects.toThrow(/an empty file/u);
    await expect(openSource(at('absent'))).rejects.toThrow(/nothing there/u);
    await mkdir(at('none'));
    await expect(openSource(at('none'))).rejects.toThrow(InputError);
  });
});

describe('zip', () => {
  test("as stylegan3's dataset_tool writes it", async () => {
    const labels = JSON.stringify({ labels: [['00000/img00000000.png', 3]] });
    await writeZip(at('ffhq.zip'), [['00000/img00000000.png', pictures[0] as Buffer], ['dataset.json', labels]]);
    const [opened] = await openSource(at('ffhq.zip'));
    expect(opened?.source.most).toBe(2);
    expect(opened?.source.unused).toEqual(['labels of 1 images in dataset.json (1 classes) are not kept: neither train nor pretrain has classes']);
    const { names, bytes } = await walk(at('ffhq.zip'));
    expect(names).toEqual(['00000/img00000000.png']);
    expect(bytes.get(names[0] as string)).toEqual(pictures[0]);
  });

  test('labels are told where there are any, in a folder as in a zip', async () => {
    const zip = async (text: string): Promise<readonly string[]> => {
      await writeZip(at('one.zip'), [['a.png', pictures[0] as Buffer], ['dataset.json', text]]);
      return (await openSource(at('one.zip')))[0]?.source.unused ?? [];
    };
    expect(await zip(JSON.stringify({ labels: null }))).toEqual([]);
    expect(await zip('null')).toEqual([]);
    expect(await zip('{"labels": {"a": 1}}')).toEqual([]);
    expect(await zip(JSON.stringify({ labels: [['a.png', 3], ['b.png', 4], ['c.png', 3], 'torn'] }))).toEqual([expect.stringMatching(/^labels of 4 images .*\(3 classes\)/u)]);
    expect(await zip(JSON.stringify({ labels: [['a.png', [0.5, 1]]] }))).toEqual([expect.stringMatching(/\(vectors of 2 numbers\)/u)]);
    await writeZip(at('spoilt.zip'), [['dataset.json', JSON.stringify({ labels: [['a.png', 1]] })], ['a.png', pictures[0] as Buffer]]);
    const bytes = await readFile(at('spoilt.zip'));
    bytes.fill(0x55, 45, 60);
    await writeFile(at('spoilt.zip'), bytes);
    expect((await walk(at('spoilt.zip'))).names).toEqual(['a.png']);
    expect(await zip('{"labels": [')).toEqual([expect.stringMatching(/no JSON/u)]);
    await mkdir(at('folder'));
    await writeFile(at('folder/a.png'), pictures[0] as Buffer);
    await writeFile(at('folder/dataset.json'), JSON.stringify({ labels: [['a.png', 1]] }));
    expect((await openSource(at('folder')))[0]?.source.unused).toEqual([expect.stringMatching(/^labels of 1 images/u)]);
  });

  test('names that lead out of the archive are refused one by one; the others are read', async () => {
    await writeZip(at('evil.zip'), [['aa/aa/x.png', pictures[0] as Buffer], ['good.png', pictures[1] as Buffer]]);
    const bytes = await readFile(at('evil.zip'));
    await writeFile(at('evil.zip'), Buffer.from(bytes.toString('latin1').replaceAll('aa/aa/x.png', '../../x.png'), 'latin1'));
    const { refused, bytes: read } = await walk(at('evil.zip'));
    expect([...refused.keys()]).toEqual(['../../x.png']);
    expect(refused.get('../../x.png')).toMatch(/inside its archive/u);
    expect([...read.keys()]).toEqual(['good.png']);
  });

  test('cut short, damaged and empty archives', async () => {
    await writeZip(at('faces.zip'), [['a.png', pictures[0] as Buffer], ['b.png', pictures[1] as Buffer]]);
    const whole = await readFile(at('faces.zip'));
    await writeFile(at('cut.zip'), whole.subarray(0, whole.length / 2));
    await expect(openSource(at('cut.zip'))).rejects.toThrow(/expected a whole zip file.*photos that were prepared are kept/u);
    const damaged = Buffer.from(whole);
    damaged.fill(0x55, 40, 60);
    await writeFile(at('damaged.zip'), damaged);
    const { refused, bytes } = await walk(at('damaged.zip'));
    expect([...refused.keys()]).toEqual(['a.png']);
    expect([...bytes.keys()]).toEqual(['b.png']);
    await writeZip(at('empty.zip'), []);
    expect((await walk(at('empty.zip'))).names).toEqual([]);
  });

  test('an entry that inflates to more than it declares, or declares too much, is refused unread', async () => {
    await writeZip(at('bomb.zip'), [['bomb.png', new Uint8Array(1_000_000)]]);
    const bytes = await readFile(at('bomb.zip'));
    const directory = bytes.lastIndexOf(Buffer.from('PK\u0001\u0002', 'latin1'));
    const sizeAt = directory + 24;
    expect(bytes.readUInt32LE(sizeAt)).toBe(1_000_000);
    bytes.writeUInt32LE(1000, sizeAt);
    await writeFile(at('bomb.zip'), bytes);
    expect((await walk(at('bomb.zip'))).refused.get('bomb.png')).toMatch(/too many bytes/u);
    bytes.writeUInt32LE(PHOTO_BYTES_LIMIT + 1, sizeAt);
    await writeFile(at('bomb.zip'), bytes);
    expect((await walk(at('bomb.zip'))).refused.get('bomb.png')).toMatch(/at most 134217728 bytes/u);
  });
});

describe('tar', () => {
  test('a WebDataset sample gives its photo, not its mask; plain and gzipped', async () => {
    for (const name of ['shard.tar', 'shard.tar.gz']) {
      await writeTar(at(name), [
        ['000.cls', '3'],
        ['000.depth.png', pictures[2] as Buffer],
        ['000.jpg', pictures[0] as Buffer],
        ['000.json', '{}'],
        ['000.png', pictures[2] as Buffer],
        ['001.webp', pictures[1] as Buffer],
        ['anna.left.png', pictures[0] as Buffer],
        ['anna.right.png', pictures[1] as Buffer],
      ]);
      const { names, bytes } = await walk(at(name));
      expect(names).toEqual(['000.jpg', '001.webp', 'anna.left.png', 'anna.right.png']);
      expect(bytes.get('000.jpg')).toEqual(pictures[0]);
    }
  });

  test('bad names are refused one by one', async () => {
    await writeTar(at('evil.tar'), [['../../x.png', pictures[0] as Buffer], ['/etc/y.png', pictures[0] as Buffer], ['ok.png', pictures[1] as Buffer]]);
    const { refused, bytes } = await walk(at('evil.tar'));
    expect([...refused.keys()]).toEqual(['../../x.png', '/etc/y.png']);
    expect([...bytes.keys()]).toEqual(['ok.png']);
  });

  test('a member that declares 60 GB is neither allocated nor taken; the archive counts as cut short', async () => {
    const whole = await tarBytes([['a.png', pictures[0] as Buffer], ['huge.png', pictures[1] as Buffer]]);
    const header = whole.indexOf('huge.png');
    whole.write('777777777777', header + 124, 'latin1');
    let sum = 0;
    for (let index = 0; index < 512; index += 1) sum += index >= 148 && index < 156 ? 32 : (whole[header + index] as number);
    whole.write(`${sum.toString(8).padStart(6, '0')}\0 `, header + 148, 'latin1');
    await writeFile(at('huge.tar'), whole);
    const seen: string[] = [];
    const run = async (): Promise<void> => {
      for (const { source } of await openSource(at('huge.tar'))) for await (const { name } of source.photos()) seen.push(name);
    };
    await expect(run()).rejects.toThrow(/expected a whole tar file/u);
    expect(seen).toEqual(['a.png']);
  });

  test('cut short, no tar, and empty', async () => {
    await writeTar(at('faces.tar'), [['a.png', pictures[0] as Buffer], ['b.png', pictures[1] as Buffer]]);
    await truncate(at('faces.tar'), 1400);
    await expect(walk(at('faces.tar'))).rejects.toThrow(/Unexpected end of data/u);
    await writeFile(at('cut.tar.gz'), gzipSync(await tarBytes([['a.png', pictures[0] as Buffer]])).subarray(0, 60));
    await expect(walk(at('cut.tar.gz'))).rejects.toThrow(/expected a whole gzipped tar/u);
    await writeFile(at('text.tar.gz'), gzipSync('no tar at all '.repeat(100)));
    await expect(walk(at('text.tar.gz'))).rejects.toThrow(InputError);
    await writeTar(at('empty.tar'), []);
    expect((await walk(at('empty.tar'))).names).toEqual([]);
  });
});

describe('Parquet', () => {
  test("Hugging Face's image column, over several row groups", async () => {
    await writeImageParquet(at('train.parquet'), [
      { bytes: pictures[0] as Buffer, path: 'a.png' },
      { bytes: pictures[1] as Buffer, path: '../../b.png' },
      { bytes: null, path: 'elsewhere.png' },
      { bytes: pictures[2] as Buffer, path: null },
    ]);
    const { names, bytes, refused } = await walk(at('train.parquet'));
    expect(names).toEqual(['0000000-a.png', '0000001-b.png', '0000002-elsewhere.png', '0000003']);
    expect(bytes.get('0000001-b.png')).toEqual(pictures[1]);
    expect(bytes.get('0000003')).toEqual(pictures[2]);
    expect(refused.get('0000002-elsewhere.png')).toMatch(/embed the photos/u);
  });

  test('a column of plain bytes', async () => {
    await writeColumnParquet(at('plain.parquet'), [
      { name: 'id', data: ['x', 'y'], type: 'STRING' },
      { name: 'jpg', data: [pictures[0], pictures[1]], type: 'BYTE_ARRAY' },
    ]);
    const { names, bytes } = await walk(at('plain.parquet'));
    expect(names).toEqual(['0000000', '0000001']);
    expect(bytes.get('0000000')).toEqual(pictures[0]);
  });

  test('without a column of photos, with two, cut short, damaged, and empty', async () => {
    await writeColumnParquet(at('text.parquet'), [{ name: 'caption', data: ['a face'], type: 'STRING' }]);
    await expect(openSource(at('text.parquet'))).rejects.toThrow(/a column of photos.*columns caption/u);
    await writeColumnParquet(at('two.parquet'), ['left', 'right'].map((name) => ({ name, data: [pictures[0]], type: 'BYTE_ARRAY' as const })));
    await expect(openSource(at('two.parquet'))).rejects.toThrow(/columns left, right/u);
    await writeImageParquet(at('cut.parquet'), [{ bytes: pictures[0] as Buffer, path: 'a.png' }]);
    const whole = await readFile(at('cut.parquet'));
    await writeFile(at('cut.parquet'), whole.subarray(0, whole.length - 20));
    await expect(openSource(at('cut.parquet'))).rejects.toThrow(/expected a whole Parquet file/u);
    const damaged = Buffer.from(whole);
    damaged.fill(0xff, 4, 60);
    await writeFile(at('damaged.parquet'), damaged);
    await expect(walk(at('damaged.parquet'))).rejects.toThrow(InputError);
    await writeImageParquet(at('empty.parquet'), []);
    expect((await walk(at('empty.parquet'))).names).toEqual([]);
  });
});
