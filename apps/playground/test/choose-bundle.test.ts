/** WebGPU that computes wrong numbers must not be used, and the page must say so. */
import { folderFiles, nodeRuntime } from '@mfim/pipeline/node';
import type { InferenceRuntime } from '@mfim/tensor-contracts';
import { describe, expect, test } from 'vitest';
import { chooseBundle, readOnce } from '../src/engine/choose-bundle.ts';
import { findModel } from './find-model.ts';

const model = findModel();

/** A runtime whose outputs are scaled; 1 leaves them right. */
function scaled(runtime: InferenceRuntime, scale: number): InferenceRuntime {
  return {
    name: 'scaled webgpu',
    async open(bytes) {
      const session = await runtime.open(bytes);
      return {
        ...session,
        async run(feeds, fetches) {
          const outputs = await session.run(feeds, fetches);
          return Object.fromEntries(Object.entries(outputs).map(([name, { data, shape }]) => [name, { shape, data: data.map((value) => value * scale) }]));
        },
      };
    },
  };
}

const broken: InferenceRuntime = { name: 'broken webgpu', open: () => Promise.reject(new Error('device lost')) };

describe.skipIf(model === undefined)(model === undefined ? 'chooseBundle (left out: no bundle in models/)' : 'chooseBundle', () => {
  const choose = async (webgpu: (wasm: InferenceRuntime) => InferenceRuntime | undefined) => {
    const wasm = await nodeRuntime({ threads: 1 });
    const candidate = webgpu(wasm);
    const chosen = await chooseBundle({ wasm, threads: 1, ...(candidate === undefined ? {} : { webgpu: candidate }) }, folderFiles(model as string), {});
    await chosen.bundle.release();
    return chosen;
  };

  test('wasm where there is no WebGPU', async () => {
    expect(await choose(() => undefined)).toMatchObject({ backend: 'wasm' });
  });

  test('WebGPU where it computes the same', async () => {
    const chosen = await choose((wasm) => scaled(wasm, 1));
    expect(chosen).toMatchObject({ backend: 'webgpu', bundle: { runtime: 'scaled webgpu' } });
    expect(chosen.notice).toBeUndefined();
  });

  test.each([
    ['wrong numbers', (wasm: InferenceRuntime) => scaled(wasm, 1.05), /wrong numbers in the self-test \(relative difference 0\.\d+\)\. This page runs on the processor/],
    ['not a number', (wasm: InferenceRuntime) => scaled(wasm, Number.NaN), /failed the self-test/],
    ['no session', () => broken, /could not open the model .*device lost.*processor/],
  ])('%s: wasm, with a notice', async (_, webgpu, notice) => {
    const chosen = await choose(webgpu);
    expect(chosen).toMatchObject({ backend: 'wasm', bundle: { runtime: 'onnxruntime-node cpu' } });
    expect(chosen.notice).toMatch(notice);
  });
});

test('files are read once', async () => {
  let count = 0;
  const files = readOnce({
    async read() {
      count += 1;
      return Uint8Array.of(count);
    },
  });
  expect([await files.read('a'), await files.read('a'), await files.read('b')].map(([first]) => first)).toEqual([1, 1, 2]);
});
