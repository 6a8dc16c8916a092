/**
 * Imports @tensorflow/tfjs-node, whose addon tools/libtensorflow builds.
 * Departures: two functions that Node 23 removed from `node:util` are put back before the import, since tfjs-node 4.22
 * still calls them; TensorFlow's start-up chatter is switched off unless TF_CPP_MIN_LOG_LEVEL is set.
 */
import util from 'node:util';
import { InputError } from '@mfim/tensor-contracts';

/** What the addon says about itself. */
export interface TensorflowVersions {
  /** Version of the TensorFlow library that the addon is linked to. */
  readonly tensorflow: string;
  readonly tfjsNode: string;
}

const BUILD_COMMAND = 'node tools/libtensorflow/bin/build.js';

/**
 * Loads the native addon; afterwards the backend `tensorflow` is registered in tfjs-core.
 * @throws InputError when tfjs-node is not installed, its addon is not built, or the library does not load
 */
export async function importTensorflow(): Promise<TensorflowVersions> {
  restoreRemovedFunctions();
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  try {
    const module = await import('@tensorflow/tfjs-node');
    const library: unknown = module.findBackend('tensorflow');
    return { tensorflow: libraryVersion(library), tfjsNode: module.version['tfjs-node'] };
  } catch (cause) {
    throw refusal(cause);
  }
}

/** `util.isNullOrUndefined` and `util.isArray` were removed in Node 23. */
function restoreRemovedFunctions(): void {
  const removed: Record<string, unknown> = {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: Array.isArray,
  };
  const target = util as unknown as Record<string, unknown>;
  for (const [name, replacement] of Object.entries(removed)) {
    target[name] ??= replacement;
  }
}

function libraryVersion(backend: unknown): string {
  const { binding } = backend as { binding?: { TF_Version?: string } };
  return binding?.TF_Version ?? 'unknown';
}

function refusal(cause: unknown): InputError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const missing = (cause as { code?: string } | null)?.code === 'ERR_MODULE_NOT_FOUND';
  return new InputError({
    where: 'openEngine("tensorflow")',
    expected: '@tensorflow/tfjs-node with its native addon built',
    got: missing ? 'no such package installed' : (message.split('\n')[0] ?? 'an unreadable failure'),
    remedy: missing ? `run: pnpm install, then: ${BUILD_COMMAND}` : `run: ${BUILD_COMMAND}`,
    cause,
  });
}
