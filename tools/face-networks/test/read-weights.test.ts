import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { InputError } from '@mfim/tensor-contracts';
import '@tensorflow/tfjs-backend-cpu';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readWeights } from '../src/read-weights.ts';

const entries = [
  { name: 'eight', shape: [2, 2], dtype: 'float32', quantization: { dtype: 'uint8', scale: 0.5, min: -1 } },
  { name: 'plain', shape: [2], dtype: 'float32' },
];
const bytes = Buffer.concat([Buffer.from([0, 2, 4, 255]), Buffer.from(Float32Array.of(1.5, -2).buffer)]);

describe('readWeights', () => {
  let folder: string;
  const write = async (weights: readonly object[], content: Uint8Array): Promise<string> => {
    const path = join(folder, 'net-weights_manifest.json');
    await writeFile(path, JSON.stringify([{ paths: ['net.bin'], weights }]));
    await writeFile(join(folder, 'net.bin'), content);
    return path;
  };

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'mfim-weights-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('reads 8-bit and plain weights', async () => {
    const weights = await readWeights(await write(entries, bytes));
    expect([...(await weights('eight').data())]).toEqual([-1, 0, 1, 126.5]);
    expect(weights('eight').shape).toEqual([2, 2]);
    expect([...(await weights('plain').data())]).toEqual([1.5, -2]);
    expect(() => weights('other')).toThrow(InputError);
  });

  it.each([
    ['too few bytes', entries, bytes.subarray(0, 8)],
    ['too many bytes', entries, Buffer.concat([bytes, bytes])],
    ['another storage type', [{ ...entries[0], quantization: { dtype: 'uint16', scale: 1, min: 0 } }], bytes],
  ])('refuses %s', async (_, weights, content) => {
    await expect(readWeights(await write(weights as object[], content))).rejects.toThrow(InputError);
  });
});
