/**
 * ONNX Runtime as this package sees it. The module is passed in as it is imported, `onnxruntime-node` or `onnxruntime-web`
 * (any of its entries); this package depends on neither.
 */
import { InputError } from '@mfim/tensor-contracts';
import type { GraphFacts } from './graph-facts.ts';

/** The element types that traced functions have. */
export type HostType = 'float32' | 'int32' | 'bool';

/** Values of a tensor in memory: booleans are bytes. */
export type HostData = Float32Array | Int32Array | Uint8Array;

/** A tensor of ONNX Runtime, in memory or on a device. */
export interface RuntimeTensor {
  readonly dims: readonly number[];
  readonly type: string;
  /** `cpu`, `gpu-buffer`, ... */
  readonly location: string;
  /** Throws for a tensor that is on a device. */
  readonly data: unknown;
  dispose(): void;
}

/** A loaded graph. */
export interface RuntimeSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Record<string, RuntimeTensor>, fetches: readonly string[], options?: Record<string, unknown>): Promise<Readonly<Record<string, RuntimeTensor>>>;
  release(): Promise<void>;
}

/** What is used of the modules `onnxruntime-node` and `onnxruntime-web`. */
export interface OnnxRuntime {
  readonly Tensor: new (type: HostType, data: HostData, dims: readonly number[]) => RuntimeTensor;
  readonly InferenceSession: { create(model: Uint8Array, options?: Record<string, unknown>): Promise<RuntimeSession> };
}

/** An imported ONNX Runtime; its own types are wider than `OnnxRuntime`. */
export interface OnnxRuntimeModule {
  readonly Tensor: unknown;
  readonly InferenceSession: { readonly create: unknown };
}

/** An execution provider: its name, or its name with options of its own. */
export type Provider = string | { readonly name: string; readonly [option: string]: unknown };

/** Where and how compiled graphs run. */
export interface RuntimeOptions {
  /** The imported module: `import * as runtime from 'onnxruntime-node'`. */
  readonly runtime: OnnxRuntimeModule;
  /** `cpu` (default; `wasm` in browsers is the same), `webgpu`, `cuda`, ... */
  readonly provider?: Provider;
  /** Threads within an operation. Default: ONNX Runtime's, one for each physical core. */
  readonly threads?: number;
  /**
   * What happens when the provider cannot run a node: `refuse` (default) throws and names the nodes; `allow` lets the CPU run
   * them, and lists them in `fallbacks`. Either way nothing moves to the CPU unnoticed.
   */
  readonly fallback?: 'refuse' | 'allow';
  /** Told of every graph when it has been compiled. */
  readonly onGraph?: (facts: GraphFacts) => void;
  /** Handed to `InferenceSession.create` beside what the other options say. */
  readonly sessionOptions?: Readonly<Record<string, unknown>>;
}

/** The provider's name. */
export function providerName({ provider = 'cpu' }: RuntimeOptions): string {
  return typeof provider === 'string' ? provider : provider.name;
}

const CPU_PROVIDERS = new Set(['cpu', 'wasm']);

/** Whether the provider computes on the CPU: it runs every node, and tensors are in memory. */
export function isOnCpu(options: RuntimeOptions): boolean {
  return CPU_PROVIDERS.has(providerName(options));
}

/** Whether outputs of the provider can stay on its device, as `gpu-buffer`. */
export function keepsTensors(options: RuntimeOptions): boolean {
  return providerName(options) === 'webgpu';
}

/** The module that was passed in. @throws InputError when it is not ONNX Runtime */
export function runtimeOf({ runtime }: RuntimeOptions): OnnxRuntime {
  const module = runtime as Partial<OnnxRuntime> | undefined;
  if (typeof module?.InferenceSession?.create === 'function' && typeof module.Tensor === 'function') return runtime as OnnxRuntime;
  throw new InputError({
    where: 'compile: runtime',
    expected: 'the imported module onnxruntime-node or onnxruntime-web',
    got: module === undefined ? 'nothing' : 'something without InferenceSession and Tensor',
    remedy: "install one of them and pass it: import * as runtime from 'onnxruntime-node'",
  });
}
