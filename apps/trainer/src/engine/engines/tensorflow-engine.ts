/** The engine `tensorflow`: native TensorFlow on the CPU, through @tensorflow/tfjs-node. */
import { cpus } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import { activateBackend, tensorMemory } from '../activate-backend.ts';
import type { Engine, EngineDefinition, EnginePart } from '../engine.ts';
import { importTensorflow } from '../import-tensorflow.ts';
import { findTfjsNode } from '../install/tfjs-node-package.ts';
import { isPresent, packagePart } from '../package-part.ts';
import { probeEngine } from '../probe-engine.ts';

const CURE = 'run: mfim-train engine install tensorflow';

async function inspect(): Promise<readonly EnginePart[]> {
  const tfjsNode = await packagePart('@tensorflow/tfjs-node', 'run: npm install @tensorflow/tfjs-node --ignore-scripts, then: mfim-train engine install tensorflow');
  if (!tfjsNode.found) return [tfjsNode];
  const { addon } = await findTfjsNode();
  const part = 'native addon';
  return [tfjsNode, (await isPresent(addon)) ? { part, found: true, detail: addon } : { part, found: false, detail: 'not built', cure: CURE }];
}

async function open(): Promise<Engine> {
  const library = await importTensorflow();
  await activateBackend('tensorflow');
  const threads = process.env['TF_NUM_INTRAOP_THREADS'] ?? 'one per core';
  const oneDnn = process.env['TF_ENABLE_ONEDNN_OPTS'] === '0' ? 'off' : 'on';
  return {
    name: 'tensorflow',
    description: `TensorFlow ${library.tensorflow} through tfjs-node (threads: ${threads}; oneDNN ${oneDnn})`,
    device: { kind: library.gpu ? 'gpu' : 'cpu', name: library.gpu ? 'a GPU of TensorFlow' : (cpus()[0]?.model ?? 'CPU') },
    versions: { tensorflow: library.tensorflow, 'tfjs-node': library.tfjsNode, 'tfjs-core': tf.version_core, node: process.versions.node },
    memory: tensorMemory,
  };
}

/** TensorFlow on the CPU. */
export const TENSORFLOW_ENGINE: EngineDefinition = {
  name: 'tensorflow',
  summary: 'native TensorFlow on the CPU',
  open,
  inspect,
  probe: (options) => probeEngine(TENSORFLOW_ENGINE, options),
};
