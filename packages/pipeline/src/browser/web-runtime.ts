/**
 * ONNX Runtime for browsers: WebGPU where it is wanted and there, else wasm. What was taken, and why,
 * is in the runtime's name, for the page to show. In wasm large convolutions multiply half as often; results differ in the last digits.
 */
import { InputError, onnxRuntime } from '@mfim/tensor-contracts';
import type { InferenceRuntime } from '@mfim/tensor-contracts';
import { halveProducts } from '@mfim/tfjs-onnx/channel-blocks';

/** Where and how it runs. */
export interface WebRuntimeOptions {
  /** Take WebGPU when the browser gives an adapter. Default `false`. */
  readonly preferWebGpu?: boolean;
  /** Where ONNX Runtime finds its .wasm and .mjs: a folder's address, or one by file. */
  readonly wasmPaths?: string | Readonly<Record<string, string>>;
  /** Threads of wasm; more than 1 needs a cross-origin isolated page. Default: ONNX Runtime's choice. */
  readonly threads?: number;
  /** An onnxruntime-web that was imported already (`onnxruntime-web/webgpu` for WebGPU). */
  readonly ort?: unknown;
}

interface WebModule {
  readonly env: {
    logLevel?: string;
    readonly wasm: { wasmPaths?: unknown; numThreads?: number };
  };
}

interface Gpu {
  requestAdapter(): Promise<unknown>;
}

const ERRORS_ONLY = 3;

/** Why there is no WebGPU; `undefined` when there is. */
async function webGpuObstacle(): Promise<string | undefined> {
  const gpu = Reflect.get(globalThis.navigator ?? {}, 'gpu') as Gpu | undefined;
  if (gpu === undefined) return 'no WebGPU in this browser';
  try {
    return (await gpu.requestAdapter()) === null ? 'no WebGPU adapter' : undefined;
  } catch (cause) {
    return `no WebGPU adapter: ${cause instanceof Error ? cause.message : String(cause)}`;
  }
}

async function importRuntime(webGpu: boolean): Promise<unknown> {
  try {
    return await (webGpu ? import('onnxruntime-web/webgpu') : import('onnxruntime-web/wasm'));
  } catch (cause) {
    throw new InputError({
      where: 'webRuntime',
      expected: 'the package onnxruntime-web',
      got: cause instanceof Error ? cause.message : String(cause),
      remedy: 'run `npm install onnxruntime-web`, or pass the imported module as `ort`',
      cause,
    });
  }
}

function configure({ env }: WebModule, { wasmPaths, threads }: WebRuntimeOptions): void {
  env.logLevel = 'error';
  if (wasmPaths !== undefined) env.wasm.wasmPaths = typeof wasmPaths === 'string' ? wasmPaths : { ...wasmPaths };
  if (threads !== undefined) env.wasm.numThreads = threads;
}

/**
 * The name says what runs: `onnxruntime-web webgpu`, `onnxruntime-web wasm`, or
 * `onnxruntime-web wasm (no WebGPU adapter)` when WebGPU was preferred in vain.
 *
 * @throws InputError when onnxruntime-web is not installed.
 */
export async function webRuntime(options: WebRuntimeOptions = {}): Promise<InferenceRuntime> {
  const obstacle = options.preferWebGpu === true ? await webGpuObstacle() : 'not wanted';
  const webGpu = obstacle === undefined;
  const module = options.ort ?? (await importRuntime(webGpu));
  configure(module as WebModule, options);
  const provider = webGpu ? 'webgpu' : 'wasm';
  const reason = webGpu || options.preferWebGpu !== true ? '' : ` (${obstacle})`;
  const runtime = onnxRuntime(module, {
    name: `onnxruntime-web ${provider}${reason}`,
    sessionOptions: { executionProviders: [provider], logSeverityLevel: ERRORS_ONLY },
  });
  return webGpu ? runtime : { ...runtime, open: (model) => runtime.open(halveProducts(model)) };
}
