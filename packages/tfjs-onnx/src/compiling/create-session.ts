/**
 * Creates sessions of ONNX Runtime with this package's settings.
 */
import type { OnnxModel } from '../onnx/model.ts';
import { writeModel } from '../onnx/write-model.ts';
import { isOnCpu, runtimeOf } from './onnx-runtime.ts';
import type { Provider, RuntimeOptions, RuntimeSession } from './onnx-runtime.ts';

/** ONNX Runtime's scale: 0 verbose .. 4 fatal. Packages never print; what fails is thrown. */
export const FATAL_ONLY = 4;

/** Where outputs stay, by name. */
export type OutputLocations = Readonly<Record<string, 'cpu' | 'gpu-buffer'>>;

/** How a session is created. */
export interface SessionSettings {
  readonly options: RuntimeOptions;
  /** No node may fall to the CPU: creation fails instead. */
  readonly strict: boolean;
  readonly locations?: OutputLocations | undefined;
}

/**
 * Graphs are channels-first, so WebGPU shall take them as they are. In its other layout ONNX Runtime 1.30 computes convolutions
 * wrongly whose input channels divide by 3 but not by 4 (and are more than 3) and whose output channels divide by 4: a StyleGAN2
 * discriminator has one of 513 (seen on 6, 9, 33 and 513 channels; onnxruntime issue 29651 is probably the same).
 */
const DEFAULTS: Readonly<Record<string, Provider>> = { webgpu: { name: 'webgpu', preferredLayout: 'NCHW' } };

function settingsFor({ options, strict, locations }: SessionSettings): Record<string, unknown> {
  const { provider: asked = 'cpu', threads, sessionOptions = {} } = options;
  const provider = typeof asked === 'string' ? (DEFAULTS[asked] ?? asked) : asked;
  const extra = (sessionOptions['extra'] ?? {}) as { readonly session?: object };
  const placement = strict && !isOnCpu(options) ? { disable_cpu_ep_fallback: '1' } : {};
  return {
    executionProviders: [provider],
    graphOptimizationLevel: 'all',
    logSeverityLevel: FATAL_ONLY,
    // One block for a whole run, planned from the last one, is much larger than what lives at a time.
    enableMemPattern: false,
    ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    ...(locations === undefined ? {} : { preferredOutputLocation: locations }),
    ...sessionOptions,
    extra: { ...extra, session: { ...placement, ...extra.session } },
  };
}

/** Loads the bytes of an `.onnx` file. Throws ONNX Runtime's own errors. */
export function createSession(bytes: Uint8Array, settings: SessionSettings): Promise<RuntimeSession> {
  return runtimeOf(settings.options).InferenceSession.create(bytes, settingsFor(settings));
}

/** One addition: every provider has it. */
const SMALLEST_MODEL: OnnxModel = {
  name: 'probe',
  nodes: [{ name: 'sum', operator: 'Add', inputs: ['x', 'x'], outputs: ['y'], attributes: {} }],
  initializers: [],
  inputs: [{ name: 'x', type: 'float32', shape: [1] }],
  outputs: [{ name: 'y', type: 'float32', shape: [1] }],
  metadata: {},
};

/** Why the provider cannot run anything here; undefined when it can. */
export async function providerObstacle(options: RuntimeOptions): Promise<unknown> {
  try {
    const session = await createSession(writeModel(SMALLEST_MODEL), { options, strict: true });
    await session.release();
    return undefined;
  } catch (error) {
    return error ?? new Error('unknown');
  }
}
