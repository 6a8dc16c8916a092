/** Files as the libraries in the field write them; recipe: tools/golden/checkpoint_corpus/sound.py. */
import { open, readFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { inspectPickles, openCheckpoint, readTensors } from '../src/index.ts';
import { READ_NUMBER } from '../src/read-number.ts';
import type { RawTensor } from '../src/index.ts';
import expected from './corpus/sound/expected.json' with { type: 'json' };

interface Expected {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

const folder = new URL('corpus/sound/', import.meta.url);
const FORMATS: Readonly<Record<string, string>> = {
  'types.pt': 'pytorch', 'types.safetensors': 'safetensors', 'views.pt': 'pytorch', 'views.pth': 'pytorch-legacy', 'module.pt': 'pytorch',
  'torchscript.pt': 'torchscript', 'old-views.pth': 'pytorch-legacy', 'nvidia.pkl': 'pickle', 'nvidia-protocol-2.pkl': 'pickle', 'numpy.npz': 'npz',
  'numpy-compressed.npz': 'npz', 'columns-big-endian.npy': 'npy', 'flame.pkl': 'pickle', 'model.onnx': 'onnx', 'external.onnx': 'onnx', 'keras.h5': 'hdf5',
  'keras-small.h5': 'hdf5', 'keras-small-links.h5': 'hdf5', 'keras-newest.h5': 'hdf5', 'keras-links.h5': 'hdf5', 'keras-many-links.h5': 'hdf5', 'model.keras': 'keras',
};

function numbersOf({ dtype, shape, data }: RawTensor): Expected {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const width = data.byteLength / shape.reduce((product, size) => product * size, 1);
  return { dtype, shape, values: Array.from({ length: data.byteLength / width }, (_, index) => READ_NUMBER[dtype](view, index * width)) };
}

const openExternal = async (location: string): Promise<Uint8Array> => readFile(new URL(location, folder));

describe.each(Object.entries(expected as Readonly<Record<string, Readonly<Record<string, Expected>>>>))('%s', (file, tensors) => {
  test('holds what was written, from bytes and from an open file', async () => {
    const handle = await open(new URL(file, folder));
    for (const input of [await readFile(new URL(file, folder)), handle]) {
      const checkpoint = await openCheckpoint(input, { openExternal });
      expect(checkpoint.format).toBe(FORMATS[file] ?? 'pickle');
      const found = await readTensors(checkpoint, (name) => !name.startsWith('constants.'));
      expect(Object.fromEntries([...found].map(([name, tensor]) => [name, numbersOf(tensor)]))).toEqual(tensors);
    }
    await handle.close();
  });

  test('is reported harmless', async () => {
    const report = await inspectPickles(await readFile(new URL(file, folder)));
    expect(report.findings.filter(({ kind }) => kind !== 'source')).toEqual([]);
    expect(report.harmless).toBe(true);
  });
});

test('NVIDIA: the options of networks are there, their source is told and never run', async () => {
  const bytes = await readFile(new URL('nvidia.pkl', folder));
  const { scalars } = await openCheckpoint(bytes);
  expect(scalars.get('G_ema._init_kwargs.img_resolution')).toBe(4);
  expect(scalars.get('G_ema.z_dim')).toBe(512);
  expect(scalars.get('training_set_kwargs.path')).toBe('faces.zip');
  const { findings } = await inspectPickles(bytes);
  expect(findings.map(({ kind, text }) => [kind, text])).toContainEqual(['source', 'would run 47 characters of Python source that the file carries for the class Generator']);
});

test('what is no tensor is left out by name', async () => {
  const { scalars } = await openCheckpoint(await readFile(new URL('flame.pkl', folder)));
  expect([...scalars]).toContainEqual(['bs_type', 'lrotmin']);
  expect([...scalars]).toContainEqual(['J_regressor._shape.0', 2]);
});

test('data beside an ONNX model needs a way to it', async () => {
  const { tensors } = await openCheckpoint(await readFile(new URL('external.onnx', folder)));
  await expect(tensors.get('outside')!.read()).rejects.toThrow('"external.data" beside the model');
});
