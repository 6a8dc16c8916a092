/**
 * Loads TensorFlow's native addon: the one inside @tensorflow/tfjs-node, or another build of it beside the same JavaScript.
 * Departures: two functions that Node 23 removed from `node:util` are put back before the import, since tfjs-node 4.22
 * still calls them; TensorFlow's start-up chatter is switched off unless TF_CPP_MIN_LOG_LEVEL is set.
 */
import { createRequire } from 'node:module';
import path from 'node:path';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import { InputError } from '@mfim/tensor-contracts';
import { findPackage } from './package-part.ts';
import { registerTensorflowKernels } from './tensorflow-kernels.ts';

/** What the addon says about itself. */
export interface TensorflowLibrary {
  /** Version of the TensorFlow library that the addon is linked to. */
  readonly tensorflow: string;
  readonly tfjsNode: string;
  /** Whether TensorFlow found a GPU and computes on it. */
  readonly gpu: boolean;
}

/** The parts of tfjs-node's addon that are read here. */
interface Binding {
  readonly TF_Version?: string;
  isUsingGpuDevice(): boolean;
}

const PACKAGE = '@tensorflow/tfjs-node';
const INSTALL_COMMAND = 'mfim-train engine install tensorflow';

/**
 * Imports tfjs-node, or its GPU twin, with its own addon; afterwards the backend `tensorflow` is registered in tfjs-core.
 * @param name - the package
 * @param command - what builds its addon, for the error
 * @throws InputError when the package is not installed, its addon is not built, or the library does not load
 */
export async function importTensorflow(name: string = PACKAGE, command: string = INSTALL_COMMAND): Promise<TensorflowLibrary> {
  prepareProcess();
  try {
    const module = (await import(name)) as { readonly version: Readonly<Record<string, string>> };
    return described(tf.findBackend('tensorflow'), module.version['tfjs-node'] ?? 'unknown');
  } catch (cause) {
    throw refusal(cause, command);
  }
}

/**
 * Loads another addon with tfjs-node's JavaScript and registers it as the backend `tensorflow`; tfjs-node's own addon is not
 * touched. One process has room for one TensorFlow.
 * @param addon - path of a `tfjs_binding.node` of the same tfjs-node version
 * @param command - what builds this addon, for the error
 */
export async function loadTensorflowAddon(addon: string, command: string): Promise<TensorflowLibrary> {
  prepareProcess();
  try {
    const installed = await findPackage(PACKAGE);
    if (installed === undefined) throw Object.assign(new Error(PACKAGE), { code: 'ERR_MODULE_NOT_FOUND' });
    const load = createRequire(path.join(installed.folder, 'package.json'));
    load('./dist/register_all_kernels');
    const { NodeJSKernelBackend } = load('./dist/nodejs_kernel_backend') as { NodeJSKernelBackend: new (binding: Binding, name: string) => tf.KernelBackend };
    const binding = load(addon) as Binding;
    // tfjs's gradients come with the union package, as in tfjs-node's own start.
    await import('@tensorflow/tfjs');
    tf.registerBackend('tensorflow', () => new NodeJSKernelBackend(binding, PACKAGE));
    await tf.setBackend('tensorflow');
    return described(tf.backend(), installed.version);
  } catch (cause) {
    throw refusal(cause, command);
  }
}

/** `util.isNullOrUndefined` and `util.isArray` were removed in Node 23. */
function prepareProcess(): void {
  process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2';
  const removed: Record<string, unknown> = {
    isNullOrUndefined: (value: unknown) => value === null || value === undefined,
    isArray: Array.isArray,
  };
  const target = util as unknown as Record<string, unknown>;
  for (const [name, replacement] of Object.entries(removed)) {
    target[name] ??= replacement;
  }
}

function described(backend: unknown, tfjsNode: string): TensorflowLibrary {
  registerTensorflowKernels();
  const { binding } = backend as { binding?: Binding };
  return { tensorflow: binding?.TF_Version ?? 'unknown', tfjsNode, gpu: binding?.isUsingGpuDevice() ?? false };
}

function refusal(cause: unknown, command: string): InputError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const missing = (cause as { code?: string } | null)?.code === 'ERR_MODULE_NOT_FOUND';
  return new InputError({
    where: `openEngine("${command.split(' ').at(-1) ?? ''}")`,
    expected: '@tensorflow/tfjs-node with its native addon built',
    got: missing ? 'no such package installed' : (message.split('\n')[0] ?? 'an unreadable failure'),
    remedy: missing ? `install @tensorflow/tfjs-node, then run: ${command}` : `run: ${command}`,
    cause,
  });
}
