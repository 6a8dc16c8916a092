/**
 * Opens the engine that computes the training step: a tfjs backend, chosen by name.
 * Departure from stock tfjs: nothing is chosen silently. The engine asked for either works or is refused with the cure.
 */
import * as tf from '@tensorflow/tfjs-core';
import { InputError } from '@mfim/tensor-contracts';
import { importTensorflow } from './import-tensorflow.ts';

/** The names that `openEngine` accepts. */
export const ENGINE_NAMES = ['tensorflow', 'cpu'] as const;

/**
 * `tensorflow`: native TensorFlow through tfjs-node. `cpu`: plain JavaScript, for tests only; it registers no gradients
 * (import `@tensorflow/tfjs` where they are needed), tfjs-node does.
 */
export type EngineName = (typeof ENGINE_NAMES)[number];

/** An engine that has been opened: tfjs-core now computes on it. */
export interface Engine {
  readonly name: EngineName;
  /** One line for logs and reports. */
  readonly description: string;
  /** Versions of what computes, by package or library name. */
  readonly versions: Readonly<Record<string, string>>;
}

/**
 * Makes the named engine the active tfjs backend.
 * @param name - `tensorflow` or `cpu`
 * @returns the engine's name, a one-line description and the versions of its parts
 * @throws InputError when the name is unknown, or when the engine is not installed, not built, or is attached to
 *   another copy of tfjs-core than the one the packages use. Nothing falls back to another engine.
 */
export async function openEngine(name: EngineName): Promise<Engine> {
  if (name === 'tensorflow') {
    return openTensorflow();
  }
  if (name === 'cpu') {
    await import('@tensorflow/tfjs-backend-cpu');
    await activate('cpu');
    return {
      name,
      description: 'tfjs plain JavaScript (one thread; for tests, too slow to train)',
      versions: { 'tfjs-core': tf.version_core, node: process.versions.node },
    };
  }
  throw new InputError({
    where: 'openEngine',
    expected: `one of ${ENGINE_NAMES.join(', ')}`,
    got: JSON.stringify(name),
    remedy: 'name one of these engines',
  });
}

async function openTensorflow(): Promise<Engine> {
  const library = await importTensorflow();
  await activate('tensorflow');
  const threads = process.env['TF_NUM_INTRAOP_THREADS'] ?? 'one per core';
  const oneDnn = process.env['TF_ENABLE_ONEDNN_OPTS'] === '0' ? 'off' : 'on';
  return {
    name: 'tensorflow',
    description: `TensorFlow ${library.tensorflow} through tfjs-node (threads: ${threads}; oneDNN ${oneDnn})`,
    versions: {
      tensorflow: library.tensorflow,
      'tfjs-node': library.tfjsNode,
      'tfjs-core': tf.version_core,
      node: process.versions.node,
    },
  };
}

async function activate(backend: string): Promise<void> {
  const registered = tf.findBackendFactory(backend) !== null;
  if (registered && (await tf.setBackend(backend))) {
    return;
  }
  throw new InputError({
    where: 'openEngine',
    expected: `the backend "${backend}" registered in the tfjs-core ${tf.version_core} that the packages import`,
    got: registered ? 'a backend that does not start' : 'no such backend there (two copies of @tensorflow/tfjs-core are installed)',
    remedy: 'install one version of @tensorflow/tfjs-core for the whole project (see: pnpm why @tensorflow/tfjs-core)',
  });
}
