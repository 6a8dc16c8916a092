/** `mfim import stylegan2` from the command line, on files of both origins with the same small weights, and on wrong ones. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSafetensors, toFloat32State } from '@mfim/checkpoints';
import { NVIDIA_GENERATOR_KEYS, ROSINALITY_GENERATOR_KEYS, discriminatorSpec, generatorSpec, nvidiaDiscriminatorKeys, rosinalityDiscriminatorKeys } from '@mfim/stylegan';
import { styleTable } from '@mfim/tensor-contracts';
import { afterAll, describe, expect, test } from 'vitest';
import { callMfim } from './call-mfim.ts';
import { randomWeights, theirs, writeForeign } from './foreign-file.ts';
import type { HostTensors } from './foreign-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'mfim-import-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string): string => join(folder, name);

const RESOLUTION = 32;
const PLAN = { base: 256, maximum: 16 };
const generator = randomWeights(generatorSpec(styleTable(RESOLUTION, PLAN), 8, 3), 1);
const discriminator = randomWeights(discriminatorSpec(RESOLUTION, PLAN), 2);

/** A rosinality file: the mean of w stands beside the networks. */
function rosinalityFile(): HostTensors {
  const all = theirs(generator, ROSINALITY_GENERATOR_KEYS, 'g_ema.');
  const mean = all.get('g_ema.latent_avg');
  const inside = [...all].filter(([name]) => name !== 'g_ema.latent_avg');
  return new Map([...inside, ['latent_avg', mean as never], ...theirs(discriminator, rosinalityDiscriminatorKeys(RESOLUTION), 'd.')]);
}

function nvidiaFile(): HostTensors {
  return new Map([...theirs(generator, NVIDIA_GENERATOR_KEYS, 'G_ema.'), ...theirs(discriminator, nvidiaDiscriminatorKeys(RESOLUTION), 'D.')]);
}

async function imported(name: string, tensors: HostTensors) {
  writeForeign(at(`${name}.safetensors`), tensors);
  const answer = await callMfim(['import', 'stylegan2', at(`${name}.safetensors`), '--out', at(`${name}.out`)]);
  expect(answer.stderr).toBe('');
  expect(answer.code).toBe(0);
  return { answer, file: readSafetensors(readFileSync(at(`${name}.out`))) };
}

test('files of both origins with equal weights give equal tensors, which are ours', async () => {
  const rosinality = await imported('rosinality', rosinalityFile());
  const nvidia = await imported('nvidia', nvidiaFile());
  const tensors = toFloat32State(rosinality.file.tensors);
  expect(toFloat32State(nvidia.file.tensors)).toEqual(tensors);
  expect(tensors.size).toBe(generator.size + discriminator.size);
  for (const [name, tensor] of generator) expect(tensors.get(`average.${name.replace(/^synthesis/, 'generator')}`), name).toEqual(tensor);
  for (const [name, tensor] of discriminator) expect(tensors.get(`discriminator.${name}`), name).toEqual(tensor);
});

test('sizes are read off the shapes, and stand in the metadata', async () => {
  const { answer, file } = await imported('sizes', rosinalityFile());
  expect(answer.stdout).toMatch(/rosinality: average from g_ema, discriminator from d/);
  expect(answer.stdout).toMatch(/32 pixels, min\(16, 256 \/ size\) channels, 3 mapping layers of 8/);
  expect(Object.fromEntries(file.metadata)).toMatchObject({ format: 'mfim-import-1', kind: 'stylegan2', origin: 'rosinality', source: 'sizes.safetensors' });
  expect(JSON.parse(file.metadata.get('config') as string)).toEqual({
    networks: ['average', 'discriminator'],
    generator: { resolution: RESOLUTION, channels: PLAN, latentWidth: 8, mappingLayers: 3 },
    discriminator: { resolution: RESOLUTION, channels: PLAN },
  });
});

describe('wrong files', () => {
  const refused = async (tensors: HostTensors, ...kind: string[]) => {
    writeForeign(at('wrong.safetensors'), tensors);
    const answer = await callMfim(['import', kind[0] ?? 'stylegan2', at('wrong.safetensors'), '--out', at('never.out')]);
    expect(answer.code).toBe(2);
    expect(readdirSync(folder).filter((name) => name.includes('never'))).toEqual([]);
    return answer.stderr;
  };

  test('every missing, unexpected and misshapen tensor, in both networks, at once', async () => {
    const tensors = new Map(rosinalityFile());
    tensors.delete('g_ema.conv1.activate.bias');
    tensors.delete('d.final_conv.1.bias');
    tensors.set('g_ema.to_rgb1.bias', { data: new Float32Array(4), shape: [1, 4, 1, 1] });
    tensors.set('g_ema.other', { data: new Float32Array(1), shape: [1] });
    const stderr = await refused(tensors);
    expect(stderr).toContain('missing g_ema.conv1.activate.bias\n');
    expect(stderr).toContain('missing d.final_conv.1.bias\n');
    expect(stderr).toContain('[1, 4, 1, 1] instead of [1, 3, 1, 1] in g_ema.to_rgb1.bias\n');
    expect(stderr).toContain('unexpected g_ema.other\n');
  });

  test('widths that no plan gives', async () => {
    const narrow = (shape: readonly number[]) => ({ data: new Float32Array(shape.reduce((product, size) => product * size, 1)), shape });
    const tensors = new Map(rosinalityFile()).set('g_ema.convs.1.conv.weight', narrow([1, 7, 16, 3, 3]));
    expect(await refused(tensors)).toMatch(/7 at 8/);
  });

  test('another file, another kind, no file', async () => {
    const other = new Map([['fc.weight', { data: new Float32Array(4), shape: [2, 2] }]]);
    expect(await refused(other)).toMatch(/expected StyleGAN2.* got neither/);
    expect(await refused(other, 'stylegan9')).toMatch(/expected stylegan2/);
    const answer = await callMfim(['import', 'stylegan2', at('absent.pt'), '--out', at('never.out')]);
    expect([answer.code, answer.stderr]).toEqual([2, expect.stringContaining('no such file')]);
  });
});

describe('--verify', () => {
  const ones = (shape: readonly number[]) => ({ shape, data: new Float32Array(shape.reduce((product, size) => product * size, 1)).fill(1) });
  const verified = async (golden: HostTensors) => {
    writeForeign(at('foreign.safetensors'), rosinalityFile());
    writeForeign(at('golden.safetensors'), golden);
    const answer = await callMfim(['import', 'stylegan2', at('foreign.safetensors'), '--out', at('verified.out'), '--verify', at('golden.safetensors')]);
    return { ...answer, isWritten: readdirSync(folder).includes('verified.out') };
  };

  test('outputs that are not the network\'s: told how far, and nothing is written', async () => {
    const { code, stdout, stderr, isWritten } = await verified(new Map([['input.z', ones([1, 8])], ['output.image', ones([1, 3, RESOLUTION, RESOLUTION])]]));
    expect([code, isWritten]).toEqual([2, false]);
    expect(stdout).toMatch(/image \[1, 3, 32, 32\]: largest difference [\d.e+-]+, [\d.e+]+ of 255 levels, relative/);
    expect(stderr).toMatch(/expected a relative difference of at most 0.0001, got .* in image/);
  });

  test.each([
    ['no outputs', new Map([['input.z', ones([1, 8])]]), /expected arrays named input.NAME and output.NAME, got input.z/],
    ['an output that the network has not', new Map([['input.z', ones([1, 8])], ['output.face', ones([1])]]), /output face: expected \[1\] as in the golden file, got none/],
    ['another shape', new Map([['input.z', ones([1, 8])], ['output.w', ones([1, 9])]]), /output w: expected \[1, 9\] as in the golden file, got \[1, 8\]/],
    ['an input of another width', new Map([['input.z', ones([1, 9])], ['output.w', ones([1, 8])]]), /mapLatent/],
  ])('golden files with %s are refused', async (_, golden, message) => {
    const { code, stderr, isWritten } = await verified(golden);
    expect([code, isWritten, stderr]).toEqual([2, false, expect.stringMatching(message)]);
  });
});
