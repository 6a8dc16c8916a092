/**
 * The engine `cuda`: TensorFlow on an NVIDIA GPU. The addon is tfjs-node's own source, built against TensorFlow's CUDA wheel by
 * `engine install cuda`; where that is absent, an installed @tensorflow/tfjs-node-gpu (TensorFlow 2.9, CUDA 11.2) is used.
 * Not yet run on a GPU by us: on a machine without one it was built, loaded, and refused for want of a GPU.
 */
import * as tf from '@tensorflow/tfjs-core';
import { InputError } from '@mfim/tensor-contracts';
import { activateBackend, tensorMemory } from '../activate-backend.ts';
import { cudaParts, firstGpu } from '../cuda-parts.ts';
import type { Engine, EngineDefinition, EnginePart } from '../engine.ts';
import { importTensorflow, loadTensorflowAddon } from '../import-tensorflow.ts';
import type { TensorflowLibrary } from '../import-tensorflow.ts';
import { cudaFolders } from '../install/engine-home.ts';
import { findPackage, isPresent, packagePart } from '../package-part.ts';
import { probeEngine } from '../probe-engine.ts';

const STOCK_PACKAGE = '@tensorflow/tfjs-node-gpu';
const COMMAND = 'mfim-train engine install cuda';

async function addonPart(): Promise<EnginePart> {
  const { addon } = await cudaFolders();
  const part = 'native addon for CUDA';
  if (await isPresent(addon)) return { part, found: true, detail: addon };
  const stock = await findPackage(STOCK_PACKAGE);
  if (stock !== undefined) return { part, found: true, detail: `${STOCK_PACKAGE} ${stock.version}` };
  return { part, found: false, detail: 'not built', cure: `run: ${COMMAND}` };
}

async function inspect(): Promise<readonly EnginePart[]> {
  const { nvidia } = await cudaFolders();
  return [await packagePart('@tensorflow/tfjs-node', 'run: npm install @tensorflow/tfjs-node --ignore-scripts'), ...(await cudaParts(nvidia)), await addonPart()];
}

async function load(): Promise<TensorflowLibrary> {
  const { addon } = await cudaFolders();
  if (await isPresent(addon)) return loadTensorflowAddon(addon, COMMAND);
  return importTensorflow(STOCK_PACKAGE, COMMAND);
}

async function open(): Promise<Engine> {
  // By default TensorFlow takes all of the GPU's memory at its start.
  process.env['TF_FORCE_GPU_ALLOW_GROWTH'] ??= 'true';
  const library = await load();
  await activateBackend('tensorflow');
  if (!library.gpu) {
    throw new InputError({
      where: 'openEngine("cuda")',
      expected: 'an NVIDIA GPU that TensorFlow can use',
      got: `TensorFlow ${library.tensorflow}, which finds no GPU`,
      remedy: 'run: mfim-train doctor --engine cuda',
    });
  }
  const name = await firstGpu();
  return {
    name: 'cuda',
    description: `TensorFlow ${library.tensorflow} with CUDA through tfjs-node on ${name}`,
    device: { kind: 'gpu', name },
    versions: { tensorflow: library.tensorflow, 'tfjs-node': library.tfjsNode, 'tfjs-core': tf.version_core, node: process.versions.node },
    memory: tensorMemory,
  };
}

/** TensorFlow with CUDA. */
export const CUDA_ENGINE: EngineDefinition = {
  name: 'cuda',
  summary: 'TensorFlow on an NVIDIA GPU',
  open,
  inspect,
  probe: (options) => probeEngine(CUDA_ENGINE, options),
};
