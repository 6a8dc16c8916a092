/** `mfim import psp|e4e` from the command line, on a small file made from our own weights, and on wrong ones. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSafetensors, toFloat32State } from '@mfim/checkpoints';
import { encoderSpec } from '@mfim/encoder';
import { flattenSpecs } from '@mfim/nn';
import { afterAll, expect, test } from 'vitest';
import { callMfim } from './call-mfim.ts';
import { writeForeign } from './foreign-file.ts';
import type { HostTensors } from './foreign-file.ts';
import { config, decoder, encoder, pspFile, table } from './psp-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'mfim-import-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

async function importAs(kind: string, tensors: HostTensors) {
  writeForeign(at('foreign.safetensors'), tensors);
  const answer = await callMfim(['import', kind, at('foreign.safetensors'), '--out', at(`${kind}.out`)]);
  return { ...answer, read: () => readSafetensors(readFileSync(at(`${kind}.out`))) };
}

test.each([['psp', false], ['e4e', true]])('%s: a whole encoder of ours, read off the shapes, and its generator', async (kind, firstTrunkForAll) => {
  const { code, stderr, stdout, read } = await importAs(kind, pspFile());
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toMatch(/reads 32 pixels; units 1 x 4, 2 x 6, 1 x 8; latent maps at 4, 8, 16/);
  const { tensors: raw, metadata } = read();
  const tensors = toFloat32State(raw);
  const ours = { ...config, ...(firstTrunkForAll ? { firstTrunkForAll } : {}) };
  expect(JSON.parse(metadata.get('config') as string)).toMatchObject({ encoder: ours, generator: { resolution: 32, latentWidth: config.codeWidth, mappingLayers: 2 } });
  const specs = flattenSpecs(encoderSpec(ours, table));
  for (const [name, { shape }] of specs) expect(tensors.get(`encoder.${name}`)?.shape, name).toEqual(shape);
  expect([...tensors.keys()].filter((name) => name.startsWith('encoder.'))).toHaveLength(specs.size);
  for (const [name, tensor] of decoder) expect(tensors.get(`average.${name.replace(/^synthesis/, 'generator')}`), name).toEqual(tensor);
});

test("a head's bias is the mean and the vector's bias through the decoder's affine layer", async () => {
  const { read } = await importAs('psp', pspFile());
  const bias = toFloat32State(read().tensors).get('encoder.codes.l1.heads.b8_conv0.bias')?.data as Float32Array;
  const [own, mean, weight, offset] = [encoder.get('latents.l1.bias'), decoder.get('mapping.mean'), decoder.get('affines.b8_conv0.weight'), decoder.get('affines.b8_conv0.bias')].map((tensor) => tensor?.data as Float32Array) as [Float32Array, Float32Array, Float32Array, Float32Array];
  const columns = offset.length;
  offset.forEach((start, column) => {
    const sum = own.reduce((total, value, row) => total + (value + (mean[row] as number)) * (weight[row * columns + column] as number), 0);
    expect(bias[column]).toBeCloseTo(start + sum / Math.sqrt(config.codeWidth), 4);
  });
});

test('wrong files: everything that differs in encoder and decoder at once, and nothing written', async () => {
  const tensors = pspFile();
  tensors.delete('encoder.body.1.res_layer.4.running_var');
  tensors.delete('decoder.to_rgb1.bias');
  const { code, stderr } = await importAs('psp', tensors);
  expect(code).toBe(2);
  expect(stderr).toContain('missing encoder.body.1.res_layer.4.running_var\n');
  expect(stderr).toContain('missing decoder.to_rgb1.bias\n');
  expect(stderr).toContain('looks like psp');
  const lone = await importAs('e4e', new Map([...tensors].filter(([name]) => name.startsWith('encoder.'))));
  expect([lone.code, lone.stderr]).toEqual([2, expect.stringMatching(/expected e4e: encoder.input_layer, styles, latlayer1, and decoder/)]);
  expect(readdirSync(folder).filter((name) => name.includes('unfinished'))).toEqual([]);
});
