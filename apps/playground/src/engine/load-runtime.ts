/**
 * ONNX Runtime for this browser: the build with WebGPU where there is an adapter, else the smaller
 * one. Threads are decided here, before the first session. The wasm file lies gzipped beside the page.
 */
import { webRuntime } from '@mfim/pipeline/browser';
import { BundleError } from '@mfim/tensor-contracts';
import type { InferenceRuntime } from '@mfim/tensor-contracts';

/** What the machine can run. */
export interface Runtimes {
  readonly wasm: InferenceRuntime;
  /** Absent where the browser gives no adapter, or none was wanted. */
  readonly webgpu?: InferenceRuntime;
  /** Why there is no WebGPU. */
  readonly obstacle?: string;
  readonly threads: number;
}

interface OrtModule {
  readonly env: { readonly wasm: { wasmBinary?: ArrayBufferLike; initTimeout?: number } };
}

const MOST_THREADS = 4;
/** After this, a thread that could not start is an error, not an endless wait. */
const START_MILLISECONDS = 60_000;
const GZIP_MAGIC = [0x1f, 0x8b] as const;

function threadCount(): number {
  if (!crossOriginIsolated) return 1;
  return Math.max(1, Math.min(MOST_THREADS, navigator.hardwareConcurrency));
}

/** Why there is no WebGPU; `undefined` when there is. */
async function webGpuObstacle(): Promise<string | undefined> {
  const gpu = Reflect.get(navigator, 'gpu') as { requestAdapter(): Promise<unknown> } | undefined;
  if (gpu === undefined) return 'this browser has no WebGPU';
  try {
    return (await gpu.requestAdapter()) === null ? 'WebGPU found no graphics card here' : undefined;
  } catch (cause) {
    return `WebGPU could not start (${cause instanceof Error ? cause.message : String(cause)})`;
  }
}

/** Fetches one file of the build. @throws BundleError when it cannot be had. */
export async function fetchBytes(address: string): Promise<Uint8Array<ArrayBuffer>> {
  const refuse = (got: string, cause?: unknown): never => {
    const where = new URL(address).pathname;
    throw new BundleError({ where, expected: 'a file', got, remedy: 'check the connection and reload the page', cause });
  };
  const response = await fetch(address).catch((cause: unknown) => refuse('no answer', cause));
  if (!response.ok) refuse(`status ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

async function unpack(bytes: Uint8Array<ArrayBuffer>): Promise<ArrayBuffer> {
  const packed = GZIP_MAGIC.every((value, index) => bytes[index] === value);
  if (!packed) return bytes.buffer;
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer();
}

/** Loads ONNX Runtime. @param base the page's address */
export async function loadRuntimes(base: string, backend: 'auto' | 'wasm'): Promise<Runtimes> {
  const obstacle = backend === 'wasm' ? 'it was switched off in the address' : await webGpuObstacle();
  const build = obstacle === undefined ? 'ort-wasm-simd-threaded.asyncify' : 'ort-wasm-simd-threaded';
  const [ort, packed] = await Promise.all([
    obstacle === undefined ? import('onnxruntime-web/webgpu') : import('onnxruntime-web/wasm'),
    fetchBytes(new URL(`runtime/${build}.wasm.packed`, base).href),
  ]);
  const { wasm: settings } = (ort as unknown as OrtModule).env;
  settings.wasmBinary = await unpack(packed);
  settings.initTimeout = START_MILLISECONDS;
  const threads = threadCount();
  const options = { ort, threads, wasmPaths: { mjs: new URL(`runtime/${build}.mjs`, base).href } };
  const wasm = await webRuntime(options);
  if (obstacle !== undefined) return { wasm, obstacle, threads };
  return { wasm, threads, webgpu: await webRuntime({ ...options, preferWebGpu: true }) };
}
