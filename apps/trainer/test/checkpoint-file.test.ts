/** How a checkpoint is written: in one pass, and not at all where a number in it is not finite. */
import '@tensorflow/tfjs';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fromFloat32, writeSafetensors } from '@mfim/checkpoints';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { digestFileOf, readCheckpoint, writeCheckpoint } from '../src/run/checkpoint-file.ts';
import { listCheckpoints, newestCheckpoint } from '../src/run/checkpoint-store.ts';
import { runStage } from '../src/run/run-stage.ts';
import type { PackedState } from '../src/run/stage.ts';
import { NonFiniteError } from '../src/watch/alarms/non-finite.ts';
import { TINY_LAYOUT, tinyRequest, tinyStage } from './tiny-stage.ts';

beforeAll(() => tf.setBackend('cpu'));

const facts = { step: 3, stream: [4, 5], config: '{}' };

function packed(): PackedState & { readonly tensors: readonly tf.Tensor[] } {
  const [weights, moments, noise] = [tf.range(0, 5), tf.range(10, 15), tf.tensor2d([[7, 8]])];
  const bucket = (prefix: string, flat: tf.Tensor) => ({ prefix, layout: TINY_LAYOUT, flat });
  return { buckets: [bucket('weights.', weights), bucket('moments.', moments)], buffers: new Map([['buffer.noise', noise]]), numbers: { step: 3 }, tensors: [weights, moments, noise] };
}

async function place(): Promise<string> {
  return path.join(await mkdtemp(path.join(tmpdir(), 'mfim-file-')), 'x.safetensors');
}

describe('writing', () => {
  test('gives the bytes that the tensors give all at once, and reads every vector once', async () => {
    const [file, state] = [await place(), packed()];
    const reads = state.tensors.map((tensor) => vi.spyOn(tensor, 'data'));
    await writeCheckpoint(file, { packed: state, ...facts });
    expect(reads.map((read) => read.mock.calls.length)).toEqual([1, 1, 1]);
    const whole = new Map([['weights.a', [0, 1]], ['weights.b', [2, 3, 4]], ['moments.a', [10, 11]], ['moments.b', [12, 13, 14]]].map(([name, values]) => [name as string, fromFloat32({ data: Float32Array.from(values as number[]), shape: [values?.length as number] })]));
    whole.set('buffer.noise', fromFloat32({ data: Float32Array.of(7, 8), shape: [1, 2] }));
    const metadata = { format: 'mfim-checkpoint-2', step: '3', stream: '[4,5]', numbers: '{"step":3}', config: '{}' };
    expect(Buffer.compare(await readFile(file), writeSafetensors(whole, new Map(Object.entries(metadata))))).toBe(0);
    expect(await readCheckpoint(file)).toMatchObject(facts);
  });

  test('a file whose digest was not written any more counts as whole; one that differs from its digest does not', async () => {
    const file = await place();
    await writeCheckpoint(file, { packed: packed(), ...facts });
    await writeFile(digestFileOf(file), `${'0'.repeat(64)}  x\n`);
    await expect(readCheckpoint(file)).rejects.toThrow(/expected SHA-256 000/);
    await rm(digestFileOf(file));
    expect((await readCheckpoint(file)).step).toBe(3);
  });

  test('an inspector that throws leaves the earlier file and nothing half-written', async () => {
    const file = await place();
    await writeCheckpoint(file, { packed: packed(), ...facts });
    const inspect = async ({ names }: { readonly names: readonly string[] }): Promise<void> => {
      if (names.includes('weights.b')) throw new NonFiniteError({ where: 'x', expected: 'y', got: 'z', remedy: 'w' });
    };
    await expect(writeCheckpoint(file, { packed: packed(), ...facts, step: 9, inspect })).rejects.toThrow(NonFiniteError);
    expect((await readCheckpoint(file)).step).toBe(3);
    expect((await readdir(path.dirname(file))).filter((name) => name.includes('partial'))).toEqual([]);
  });
});

describe('a run', () => {
  test('whose parameters become NaN stops before it saves, with the parameter named; the checkpoint before stays', async () => {
    const request = await tinyRequest(tinyStage({ next: (step) => (step === 3 ? [0, 0, 0, Number.NaN, 0] : [1, 1, 1, 1, 1]) }));
    await expect(runStage(request)).rejects.toThrow(/step 3: expected finite numbers, got parameter weights\.b holds NaN at position 1/);
    expect(await listCheckpoints(request.folder)).toEqual([2, 1]);
    expect((await newestCheckpoint(request.folder, () => undefined)).step).toBe(2);
    expect(await readFile(path.join(request.folder, 'alarms.jsonl'), 'utf8')).toMatch(/"raised","kind":"non-finite","step":3.*weights\.b/);
  });

  test('that has nothing left to do writes its checkpoint no second time', async () => {
    const request = await tinyRequest(tinyStage({ steps: 2 }));
    await runStage(request);
    const checkpoint = await newestCheckpoint(request.folder, () => undefined);
    await rm(checkpoint.file);
    expect(await runStage({ ...request, checkpoint })).toBe(2);
    expect(await listCheckpoints(request.folder)).toEqual([1]);
  });
});
