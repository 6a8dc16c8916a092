import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BundleError, InputError, InternalError, ShapeError, byteImage } from '@mfim/tensor-contracts';
import type { BundleManifest, InferenceRuntime } from '@mfim/tensor-contracts';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { checkBundleContract, memoryFiles, openBundle, sha256, verifyBundle } from '../src/index.ts';
import { folderFiles, nodeRuntime } from '../src/node.ts';
import { countingRuntime } from './counting-runtime.ts';
import { encodingOf, pixelsOf } from './fingerprint.ts';
import { TABLE, json, tinyFiles, withManifest } from './tiny-bundle.ts';
import { photoOf } from './tiny-photo.ts';

let runtime: InferenceRuntime;
let folder: string;

beforeAll(async () => {
  runtime = await nodeRuntime({ threads: 1 });
  folder = await mkdtemp(join(tmpdir(), 'mfim-bundle-'));
  for (const [file, bytes] of Object.entries(tinyFiles())) await writeFile(join(folder, file), bytes);
});

afterAll(() => rm(folder, { recursive: true }));

const crop = photoOf(1, 64, 64);

test('sha256 of the published test vectors', async () => {
  expect(await sha256(new Uint8Array())).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
  expect(await sha256(new TextEncoder().encode('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
});

describe('an open bundle', () => {
  test('encodes and generates, from a folder as from memory', async () => {
    const bundles = await Promise.all([openBundle(folderFiles(folder), runtime), openBundle(memoryFiles(tinyFiles()), runtime)]);
    const pictures = [];
    for (const bundle of bundles) {
      expect(bundle.runtime).toBe('onnxruntime-node cpu');
      const [face] = await bundle.encode([crop]);
      expect(face?.codes.values).toHaveLength(TABLE.totalWidth);
      expect([...(face?.maps.keys() ?? [])]).toEqual([3, 4, 5, 6]);
      expect(face?.maps.get(5)).toHaveLength(32 * 32);
      const picture = await bundle.generate(face!.codes, face!.maps);
      expect([picture.width, picture.height, picture.channels]).toEqual([64, 64, 3]);
      pictures.push(pixelsOf(picture));
      await bundle.release();
      await bundle.release();
    }
    expect(pictures[0]).toBe(pictures[1]);
  });

  test('each code and each map reaches the picture; absent maps are zero', async () => {
    const bundle = await openBundle(memoryFiles(tinyFiles()), runtime);
    const [face] = await bundle.encode([crop]);
    const { codes, maps } = face!;
    const whole = pixelsOf(await bundle.generate(codes, maps));
    for (const index of maps.keys()) {
      const without = new Map([...maps].filter(([other]) => other !== index));
      const zero = new Map(maps).set(index, new Float32Array(maps.get(index)!.length));
      const picture = pixelsOf(await bundle.generate(codes, without));
      expect(picture).not.toBe(whole);
      expect(picture).toBe(pixelsOf(await bundle.generate(codes, zero)));
    }
    await bundle.release();
  });

  test('previews are the stages on the way, and upTo stops there', async () => {
    const bundle = await openBundle(memoryFiles(tinyFiles()), runtime);
    const [face] = await bundle.encode([crop]);
    const previews: [number, number][] = [];
    await bundle.generate(face!.codes, face!.maps, { onPreview: (image, upTo) => previews.push([image.width, upTo]) });
    expect(previews).toEqual([[32, 32]]);
    const small = await bundle.generate(face!.codes, face!.maps, { upTo: 32 });
    expect(small.width).toBe(32);
    await expect(bundle.generate(face!.codes, face!.maps, { upTo: 48 })).rejects.toThrow(/one of 32, 64, got 48/);
    await bundle.release();
  });

  test('a staged generator runs only what changed', async () => {
    const { runtime: counting, runs, released } = countingRuntime(runtime);
    const bundle = await openBundle(memoryFiles(tinyFiles()), counting);
    const [face] = await bundle.encode([crop]);
    const generator = bundle.stagedGenerator();
    const { codes, maps } = face!;
    const moved = (index: number) => ({ maps, codes: { ...codes, values: codes.values.with(TABLE.entries[index]!.offset, 3) } });
    runs.length = 0;

    await generator.generate({ codes, maps });
    expect(runs.splice(0)).toEqual(['lower', 'upper']);
    await generator.generate({ codes: { ...codes, values: codes.values.slice() }, maps });
    expect(runs.splice(0)).toEqual([]);
    const fine = await generator.generate(moved(12));
    expect(runs.splice(0)).toEqual(['upper']);
    expect(pixelsOf(fine)).toBe(pixelsOf(await bundle.generate(moved(12).codes, maps)));
    runs.length = 0;
    const coarse = await generator.generate(moved(8));
    expect(runs.splice(0)).toEqual(['lower', 'upper']);
    expect(pixelsOf(coarse)).toBe(pixelsOf(await bundle.generate(moved(8).codes, maps)));
    runs.length = 0;
    await generator.generate({ codes: moved(8).codes, maps: new Map(maps).set(3, new Float32Array(256)) });
    expect(runs.splice(0)).toEqual(['lower', 'upper']);

    await bundle.release();
    expect(released).toEqual(['encoder', 'lower', 'upper']);
  });

  test('many callers at once get what they would get alone', async () => {
    const bundle = await openBundle(memoryFiles(tinyFiles()), runtime);
    const crops = [1, 2, 3].map((seed) => photoOf(seed, 64, 64));
    const alone = [];
    for (const one of crops) alone.push(...(await bundle.encode([one])));
    const together = await Promise.all(crops.map((one) => bundle.encode([one])));
    expect(together.flat().map(encodingOf)).toEqual(alone.map(encodingOf));
    expect((await bundle.encode(crops)).map(encodingOf)).toEqual(alone.map(encodingOf));
    await bundle.release();
  });

  test('refuses other sizes, other tables, and work after release', async () => {
    const bundle = await openBundle(memoryFiles(tinyFiles()), runtime);
    await expect(bundle.encode([photoOf(1, 65, 64)])).rejects.toThrow(/64 x 64 pixels, got 65 x 64/);
    const short = { table: TABLE, values: new Float32Array(55) };
    await expect(bundle.generate(short, new Map())).rejects.toThrow(ShapeError);
    await bundle.release();
    await expect(bundle.encode([crop])).rejects.toThrow(InputError);
    await expect(bundle.encode([crop])).rejects.toThrow(/open the bundle again/);
  });

  test('alpha is ignored', async () => {
    const bundle = await openBundle(memoryFiles(tinyFiles()), runtime);
    const data = Uint8Array.from({ length: 64 * 64 * 4 }, (_, index) =>
      index % 4 === 3 ? 9 : (crop.data[Math.floor(index / 4) * 3 + (index % 4)] as number),
    );
    const [plain] = await bundle.encode([crop]);
    const [alpha] = await bundle.encode([byteImage(data, { width: 64, height: 64, channels: 4 })]);
    expect(encodingOf(alpha!)).toBe(encodingOf(plain!));
    await bundle.release();
  });
});

describe('stopping', () => {
  test('before and between files, and before a network runs', async () => {
    const reason = new Error('enough');
    const stopped = AbortSignal.abort(reason);
    await expect(openBundle(folderFiles(folder), runtime, { signal: stopped })).rejects.toBe(reason);
    const controller = new AbortController();
    const onProgress = () => controller.abort(reason);
    await expect(openBundle(folderFiles(folder), runtime, { signal: controller.signal, onProgress })).rejects.toBe(reason);
    const bundle = await openBundle(folderFiles(folder), runtime);
    await expect(bundle.encode([crop], { signal: stopped })).rejects.toBe(reason);
    const [face] = await bundle.encode([crop]);
    const later = new AbortController();
    const options = { signal: later.signal, onPreview: () => later.abort(reason) };
    await expect(bundle.generate(face!.codes, face!.maps, options)).rejects.toBe(reason);
    expect((await bundle.generate(face!.codes, face!.maps)).width).toBe(64);
    await bundle.release();
  });

  test('progress ends at the whole', async () => {
    const seen: { file: string; loaded: number; total: number }[] = [];
    const bundle = await openBundle(folderFiles(folder), runtime, { onProgress: (progress) => seen.push(progress) });
    expect(seen.map(({ file }) => file)).toEqual(['encoder.onnx', 'generator-32.onnx', 'generator-64.onnx']);
    expect(seen.at(-1)?.loaded).toBe(seen.at(-1)?.total);
    await bundle.release();
  });
});

const changed = (file: string, change: (bytes: Uint8Array) => Uint8Array) => {
  const files = tinyFiles();
  return { ...files, [file]: change(files[file] as Uint8Array) };
};
const without = (file: string) => Object.fromEntries(Object.entries(tinyFiles()).filter(([name]) => name !== file));
const renamePort = (name: string, other: string) =>
  withManifest((manifest) => JSON.parse(JSON.stringify(manifest).replaceAll(`"name":"${name}"`, `"name":"${other}"`)));

const withFeatures = (given: readonly (string | number)[], read: readonly (string | number)[]) =>
  withManifest((manifest) => {
    const change = (ports: BundleManifest['encoder']['inputs'], name: string, axes: readonly (string | number)[]) => ports.map((port) => (port.name === name ? { ...port, axes } : port));
    const stages = manifest.stages.map((stage) => ({ ...stage, inputs: change(stage.inputs, 'previous_features', read), outputs: change(stage.outputs, 'features', given) }));
    return { ...manifest, stages };
  });

test('features go from stage to stage channels-first, too', () => {
  const files = withFeatures(['batch', 3, 32, 32], ['batch', 3, 32, 32]);
  const manifest = JSON.parse(new TextDecoder().decode(files['manifest.json'])) as BundleManifest;
  expect(() => checkBundleContract(manifest, TABLE)).not.toThrow();
});

describe('a bad bundle', () => {
  test.each([
    ['nothing', () => ({}), /a file manifest\.json in memory, got none; copy the whole bundle again/],
    ['a missing network', () => without('generator-64.onnx'), /a file generator-64\.onnx/],
    ['a manifest that is not JSON', () => changed('manifest.json', () => Uint8Array.of(1, 2)), /JSON text/],
    ['a manifest that is not text', () => changed('manifest.json', () => Uint8Array.of(255, 254)), /JSON text/],
    ['a manifest that is something else', () => ({ ...tinyFiles(), 'manifest.json': json([]) }), /object/],
    ['a newer version', () => withManifest((manifest) => ({ ...manifest, version: 2 })), /version 2; update mfim/],
    ['another sha256', () => changed('encoder.onnx', (bytes) => bytes.with(20, (bytes[20] as number) ^ 1)), /sha256 [0-9a-f]{64}, got [0-9a-f]{64}; copy or download/],
    ['a file cut off', () => changed('encoder.onnx', (bytes) => bytes.slice(0, -1)), /\d+ bytes, got \d+; copy/],
    [
      'no licence',
      () => withManifest((manifest) => ({ ...manifest, files: Object.fromEntries(Object.entries(manifest.files).map(([file, one]) => [file, { ...one, licence: ' ' }])) })),
      /a licence in the manifest, got none/,
    ],
    ['a stage without its map', () => renamePort('map_3', 'map_0'), /map_0: expected axes \[batch, 4, 4, 1\]/],
    ['a map that no generator has', () => renamePort('map_3', 'map_9'), /maps from map_0 to map_8, got map_9/],
    ['another name for codes', () => renamePort('codes', 'styles'), /expected codes, .* got styles/],
    ['another alignment', () => withManifest((manifest) => ({ ...manifest, alignment: { kind: 'ffhq', size: 32 } })), /axes \[batch, 32, 32, 3\], got \[batch, 64, 64, 3\]/],
    ['features of another size', () => withFeatures(['batch', 3, 32, 16], ['batch', 3, 32, 16]), /generator-32\.onnx outputs, features: expected axes \[batch, any, 32, 32\], got/],
    ['features that are read otherwise than given', () => withFeatures(['batch', 3, 32, 32], ['batch', 32, 32, 3]), /previous_features: expected axes \[batch, 3, 32, 32\], got \[batch, 32, 32, 3\]/],
    ['another table', () => withManifest((manifest) => ({ ...manifest, channels: { base: 256, maximum: 8 } })), /bundle contract/],
    ['stages in the wrong order', () => withManifest((manifest) => ({ ...manifest, stages: manifest.stages.toReversed() })), /stages that rise/],
  ])('%s', async (_, files, message) => {
    await expect(openBundle(memoryFiles(files()), runtime)).rejects.toThrow(message);
    await expect(openBundle(memoryFiles(files()), runtime)).rejects.toThrow(BundleError);
  });

  test('networks with other ports than the manifest says are released again', async () => {
    const { runtime: counting, released } = countingRuntime(runtime);
    const files = withManifest((manifest) => {
      const [lower, upper] = manifest.stages;
      const [first, second] = [lower!.file, upper!.file];
      return { ...manifest, stages: [{ ...lower, file: second }, { ...upper, file: first }] };
    });
    await expect(openBundle(memoryFiles(files), counting)).rejects.toThrow(/generator-64\.onnx inputs: expected .* as in manifest\.json/);
    expect(released.toSorted()).toEqual(['encoder', 'upper']);
  });

  test('bytes that are no network', async () => {
    const bytes = new TextEncoder().encode('not a network');
    const digest = await sha256(bytes);
    const files = withManifest((manifest) => ({
      ...manifest,
      files: { ...manifest.files, 'encoder.onnx': { sha256: digest, bytes: bytes.length, licence: 'Apache-2.0' } },
    }));
    const opening = openBundle(memoryFiles({ ...files, 'encoder.onnx': bytes }), runtime);
    await expect(opening).rejects.toThrow(/network encoder\.onnx: expected ONNX that onnxruntime-node cpu can open/);
  });

  test('a folder that is not there, and one without a manifest', async () => {
    await expect(openBundle(folderFiles(join(folder, 'nowhere')), runtime)).rejects.toThrow(BundleError);
    await expect(folderFiles(folder).read('../secret')).rejects.toThrow(/copy the whole bundle again/);
    await expect(folderFiles(join(folder, 'encoder.onnx')).read('manifest.json')).rejects.toThrow(BundleError);
  });

  test('numbers that are not finite name the network and the tensor', async () => {
    const bundle = await openBundle(memoryFiles(tinyFiles({ poison: Number.NaN })), runtime);
    await expect(bundle.encode([crop])).rejects.toThrow(InternalError);
    await expect(bundle.encode([crop])).rejects.toThrow(/network encoder\.onnx: expected finite numbers in codes, got NaN at position 5 of 56/);
    await bundle.release();
  });
});

test('verifyBundle also checks files that running does not need', async () => {
  const card = new TextEncoder().encode('# card');
  const listed = async (digest: string) =>
    memoryFiles({
      ...withManifest((manifest) => ({
        ...manifest,
        files: { ...manifest.files, 'CARD.md': { sha256: digest, bytes: card.length, licence: 'Apache-2.0' } },
      })),
      'CARD.md': card,
    });
  expect((await verifyBundle(await listed(await sha256(card)))).name).toBe('tiny');
  const wrong = await listed('0'.repeat(64));
  await expect(verifyBundle(wrong)).rejects.toThrow(/CARD\.md: expected sha256/);
  await (await openBundle(wrong, runtime)).release();
});
