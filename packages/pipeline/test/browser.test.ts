import { createServer } from 'node:http';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BundleError } from '@mfim/tensor-contracts';
import type { InferenceRuntime } from '@mfim/tensor-contracts';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import { memoryFiles, openBundle } from '../src/index.ts';
import type { Bundle } from '../src/index.ts';
import { fetchFiles, webRuntime } from '../src/browser.ts';
import { nodeRuntime } from '../src/node.ts';
import { encodingOf, pixelsOf } from './fingerprint.ts';
import { tinyFiles } from './tiny-bundle.ts';
import { photoOf } from './tiny-photo.ts';

const crop = photoOf(1, 64, 64);

async function draw(bundle: Bundle) {
  const [face] = await bundle.encode([crop]);
  const picture = await bundle.generate(face!.codes, face!.maps);
  await bundle.release();
  return { face: face!, picture };
}

describe('fetchFiles', () => {
  const files: Record<string, Uint8Array> = tinyFiles();
  let server: Server;
  let base: string;

  beforeAll(async () => {
    server = createServer((request, response) => {
      const file = request.url?.split('/').at(-1) ?? '';
      if (file === 'broken.onnx') {
        response.writeHead(200, { 'content-length': '100' });
        response.write('half');
        setTimeout(() => response.destroy(), 20);
        return;
      }
      if (file === 'guarded.onnx') response.writeHead(403).end();
      else if (files[file] === undefined) response.writeHead(404).end();
      else response.writeHead(200).end(files[file]);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/models/tiny`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  test('a bundle from a server draws what the same bundle from memory draws', async () => {
    const runtime = await nodeRuntime({ threads: 1 });
    const near = await draw(await openBundle(memoryFiles(tinyFiles()), runtime));
    for (const address of [base, `${base}/`]) {
      const far = await draw(await openBundle(fetchFiles(address), runtime));
      expect([encodingOf(far.face), pixelsOf(far.picture)]).toEqual([encodingOf(near.face), pixelsOf(near.picture)]);
    }
  });

  test.each([
    ['missing.onnx', /a file missing\.onnx in http.*got none/],
    ['guarded.onnx', /an answer from http.*got status 403; check the connection/],
    ['broken.onnx', /a connection that broke off/],
  ])('%s', async (file, message) => {
    await expect(fetchFiles(base).read(file)).rejects.toThrow(message);
    await expect(fetchFiles(base).read(file)).rejects.toThrow(BundleError);
  });

  test('a server that is not there', async () => {
    const reading = fetchFiles('http://127.0.0.1:9/').read('manifest.json');
    await expect(reading).rejects.toThrow(/check the connection/);
  });

  test('a fetch of its own, and stopping it', async () => {
    const reason = new Error('enough');
    const asked: string[] = [];
    const own = fetchFiles(base, {
      fetch: async (address) => {
        asked.push(address.pathname);
        return new Response(Uint8Array.of(7));
      },
    });
    expect(await own.read('a.onnx')).toEqual(Uint8Array.of(7));
    expect(asked).toEqual(['/models/tiny/a.onnx']);
    await expect(fetchFiles(base).read('encoder.onnx', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
  });
});

const fake = () => ({ env: { wasm: {} as Record<string, unknown> }, Tensor: Object, InferenceSession: {} });

async function nameWith(navigator: unknown): Promise<string> {
  vi.stubGlobal('navigator', navigator);
  return (await webRuntime({ preferWebGpu: true, ort: fake() })).name;
}

describe('webRuntime', () => {
  afterEach(() => vi.unstubAllGlobals());

  test('onnxruntime-web draws what onnxruntime-node draws', async () => {
    const web: InferenceRuntime = await webRuntime({ threads: 1 });
    expect(web.name).toBe('onnxruntime-web wasm');
    const [first, second] = await Promise.all(
      [web, await nodeRuntime({ threads: 1 })].map(async (runtime) => draw(await openBundle(memoryFiles(tinyFiles()), runtime))),
    );
    const farthest = Math.max(...first!.face.codes.values.map((value, index) => Math.abs(value - second!.face.codes.values[index]!)));
    expect(farthest).toBeLessThan(1e-6);
    const levels = first!.picture.data.map((value, index) => Math.abs(value - second!.picture.data[index]!));
    expect(Math.max(...levels)).toBeLessThanOrEqual(1);
  });

  test('takes WebGPU where the browser gives an adapter, and says why not where it does not', async () => {
    expect(await nameWith({ gpu: { requestAdapter: async () => ({}) } })).toBe('onnxruntime-web webgpu');
    expect(await nameWith({ gpu: { requestAdapter: async () => null } })).toBe('onnxruntime-web wasm (no WebGPU adapter)');
    expect(await nameWith({})).toBe('onnxruntime-web wasm (no WebGPU in this browser)');
    expect(await nameWith({ gpu: { requestAdapter: async () => Promise.reject(new Error('lost')) } })).toMatch(/lost/);
  });

  test('sets paths and threads before any session', async () => {
    const ort = fake();
    await webRuntime({ ort, wasmPaths: '/assets/', threads: 2 });
    expect(ort.env).toEqual({ logLevel: 'error', wasm: { wasmPaths: '/assets/', numThreads: 2 } });
  });
});
