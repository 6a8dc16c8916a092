/**
 * The one interface behind which ONNX Runtime runs, in Node (onnxruntime-node) and in the browser
 * (onnxruntime-web). `onnxRuntime` adapts either module; this package itself depends on neither.
 */
import { InputError } from './errors.ts';

/** A host tensor: row-major values and their dimensions. */
export interface HostTensor {
  readonly data: Float32Array;
  readonly shape: readonly number[];
}

/** A loaded network. */
export interface InferenceSession {
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  /** Runs the network; `fetches` limits the outputs that are computed and copied back. */
  run(
    feeds: Readonly<Record<string, HostTensor>>,
    fetches?: readonly string[],
  ): Promise<Readonly<Record<string, HostTensor>>>;
  release(): Promise<void>;
}

/** Something that can load ONNX bytes. */
export interface InferenceRuntime {
  /** For reports, such as `onnxruntime-node cpu`. */
  readonly name: string;
  /** Networks of which one feeds the next are better opened as one, because large outputs take long to leave a session. */
  readonly joins?: boolean;
  open(model: Uint8Array): Promise<InferenceSession>;
}

interface OrtTensor {
  readonly data: unknown;
  readonly dims: readonly number[];
  readonly type: string;
}

/** The part of the onnxruntime-common API that is used; both modules satisfy it. */
export interface OrtModule {
  readonly Tensor: new (type: 'float32', data: Float32Array, dims: readonly number[]) => OrtTensor;
  readonly InferenceSession: {
    create(model: Uint8Array, options?: Record<string, unknown>): Promise<OrtSession>;
  };
}

interface OrtSession {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  run(feeds: Record<string, OrtTensor>, fetches?: readonly string[]): Promise<Record<string, OrtTensor>>;
  release(): Promise<void>;
}

/** What `onnxRuntime` may be told. `sessionOptions` go to ONNX Runtime as they are. */
export interface OnnxRuntimeOptions {
  readonly name: string;
  readonly sessionOptions?: Record<string, unknown>;
}

function toHost(name: string, tensor: OrtTensor): HostTensor {
  if (!(tensor.data instanceof Float32Array)) {
    throw new InputError({
      where: `onnxRuntime output ${name}`,
      expected: 'float32',
      got: tensor.type,
      remedy: 'export the network with float32 outputs',
    });
  }
  return { data: tensor.data, shape: tensor.dims };
}

/** Adapts `import * as ort from 'onnxruntime-node'` (or `onnxruntime-web`) to `InferenceRuntime`. */
export function onnxRuntime(ort: unknown, options: OnnxRuntimeOptions): InferenceRuntime {
  const module = ort as OrtModule;
  return {
    name: options.name,
    async open(model) {
      const session = await module.InferenceSession.create(model, options.sessionOptions ?? {});
      return {
        inputs: session.inputNames,
        outputs: session.outputNames,
        async run(feeds, fetches) {
          const tensors = Object.fromEntries(
            Object.entries(feeds).map(([name, { data, shape }]) => [name, new module.Tensor('float32', data, shape)]),
          );
          const results = await (fetches === undefined ? session.run(tensors) : session.run(tensors, fetches));
          return Object.fromEntries(Object.entries(results).map(([name, tensor]) => [name, toHost(name, tensor)]));
        },
        release: () => session.release(),
      };
    },
  };
}
