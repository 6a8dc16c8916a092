/** From a foreign file to a runnable bundle: `mfim import psp`, then `mfim bundle`, then faces through it. */
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openBundle } from '@mfim/pipeline';
import { folderFiles, nodeRuntime } from '@mfim/pipeline/node';
import { ROSINALITY_GENERATOR_KEYS, discriminatorSpec, generatorSpec, nvidiaDiscriminatorKeys } from '@mfim/stylegan';
import { byteImage, styleTable } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import { readSafetensors, toFloat32State } from '@mfim/checkpoints';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { pspNetwork } from '../src/import/psp-network.ts';
import { useCpuBackend } from '../src/use-cpu-backend.ts';
import { callMfim } from './call-mfim.ts';
import { randomWeights, theirs, writeForeign } from './foreign-file.ts';
import { config, pspFile, table } from './psp-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'mfim-bundle-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

async function importAs(kind: string, name: string, tensors: Parameters<typeof writeForeign>[1]): Promise<string> {
  writeForeign(at('foreign.safetensors'), tensors);
  const { code } = await callMfim(['import', kind, at('foreign.safetensors'), '--out', at(name)]);
  expect(code).toBe(0);
  return at(name);
}

beforeAll(async () => {
  await importAs('psp', 'psp.safetensors', pspFile());
});

test('the bundle encodes and draws as the imported networks do', async () => {
  const { code, stdout } = await callMfim(['bundle', '--encoder', at('psp.safetensors'), '--out', at('model'), '--licence', 'MIT']);
  expect([code, stdout]).toEqual([0, expect.stringContaining('manifest.json')]);
  const bundle = await openBundle(folderFiles(at('model')), await nodeRuntime());
  expect(bundle.manifest).toMatchObject({ name: 'model', resolution: 32, alignment: { size: 32 }, split: { targetUpTo: 16 }, training: { imported: { encoder: { kind: 'psp', source: 'foreign.safetensors' } } } });
  expect(Object.values(bundle.manifest.files).map(({ licence }) => licence)).toEqual(['MIT', 'MIT', 'MIT']);

  const side = config.inputResolution;
  const face = byteImage(Uint8Array.from({ length: side * side * 3 }, (_, index) => (index * 37) % 256), { width: side, height: side, channels: 3 });
  const [encoded] = await bundle.encode([face]);
  const drawn = await bundle.generate(encoded?.codes as never, encoded?.maps as never);

  await useCpuBackend();
  const { tensors, metadata } = readSafetensors(readFileSync(at('psp.safetensors')));
  const network = pspNetwork({ kind: 'psp', config: JSON.parse(metadata.get('config') as string) as Record<string, unknown>, tensors: toFloat32State(tensors) });
  const input = tf.sub(tf.div(tf.tensor([...face.data], [1, side, side, 3]), 127.5), 1);
  const { codes, image } = network({ image: input });
  const wanted = (codes as tf.Tensor).dataSync();
  const size = Math.max(...wanted.map(Math.abs));
  expect(encoded?.codes.values.length).toBe(table.totalWidth);
  encoded?.codes.values.forEach((value, index) => expect(Math.abs(value - (wanted[index] as number)) / size).toBeLessThan(1e-4));
  const levels = (image as tf.Tensor).dataSync().map((value) => Math.min(255, Math.max(0, (value + 1) * 127.5)));
  const apart = Math.max(...drawn.data.map((level, index) => Math.abs(level - (levels[index] as number))));
  expect(apart).toBeLessThanOrEqual(1);
  await bundle.release();
});

test('another generator of the same sizes is taken, one of other sizes is not', async () => {
  const same = randomWeights(generatorSpec(table, 8, 2), 5);
  await importAs('stylegan2', 'same.safetensors', theirs(same, ROSINALITY_GENERATOR_KEYS));
  const { code } = await callMfim(['bundle', '--encoder', at('psp.safetensors'), '--generator', at('same.safetensors'), '--out', at('other'), '--weights', 'float16']);
  expect(code).toBe(0);
  expect(readFileSync(join(at('other'), 'generator-32.onnx')).equals(readFileSync(join(at('model'), 'generator-32.onnx')))).toBe(false);

  const wide = randomWeights(generatorSpec(styleTable(32, { base: 512, maximum: 16 }), 8, 2), 6);
  await importAs('stylegan2', 'wide.safetensors', theirs(wide, ROSINALITY_GENERATOR_KEYS));
  const answer = await callMfim(['bundle', '--encoder', at('psp.safetensors'), '--generator', at('wide.safetensors'), '--out', at('never')]);
  expect([answer.code, answer.stderr]).toEqual([2, expect.stringMatching(/expected the sizes that the encoder was trained for: 32 pixels, min\(16, 256/)]);
});

test('refused: files without the network, files not imported, folders with other things; nothing is left', async () => {
  const judge = randomWeights(discriminatorSpec(32, { base: 256, maximum: 16 }), 7);
  await importAs('stylegan2', 'judge.safetensors', theirs(judge, nvidiaDiscriminatorKeys(32), 'D.'));
  mkdirSync(at('mine'));
  writeFileSync(join(at('mine'), 'diary.txt'), '');
  const cases: readonly (readonly [string, string, string, RegExp])[] = [
    [at('judge.safetensors'), at('psp.safetensors'), at('never'), /expected an encoder, got stylegan2: discriminator/],
    [at('psp.safetensors'), at('judge.safetensors'), at('never'), /expected a generator, got stylegan2: discriminator/],
    [at('foreign.safetensors'), at('psp.safetensors'), at('never'), /expected a file that mfim import wrote/],
    [at('psp.safetensors'), at('psp.safetensors'), at('mine'), /got a folder with diary.txt/],
  ];
  for (const [encoder, generator, out, message] of cases) {
    const { code, stderr } = await callMfim(['bundle', '--encoder', encoder, '--generator', generator, '--out', out]);
    expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
  }
  expect(readdirSync(folder).filter((name) => name.includes('never') || name.includes('unfinished'))).toEqual([]);
  expect(readdirSync(at('mine'))).toEqual(['diary.txt']);
});
