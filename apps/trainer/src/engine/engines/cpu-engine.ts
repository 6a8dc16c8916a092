/** The engine `cpu`: tfjs's plain JavaScript. For tests and tracing; too slow to train on. */
import { cpus } from 'node:os';
import * as tf from '@tensorflow/tfjs-core';
import { activateBackend, tensorMemory } from '../activate-backend.ts';
import type { EngineDefinition } from '../engine.ts';
import { packagePart } from '../package-part.ts';
import { probeEngine } from '../probe-engine.ts';

/** `@tensorflow/tfjs` brings the backend and registers the gradients, which tfjs-core alone does not. */
export const CPU_ENGINE: EngineDefinition = {
  name: 'cpu',
  summary: 'plain JavaScript, one thread; for tests, too slow to train',
  inspect: async () => [await packagePart('@tensorflow/tfjs', 'run: npm install')],
  probe: (options) => probeEngine(CPU_ENGINE, options),
  open: async () => {
    await import('@tensorflow/tfjs');
    await activateBackend('cpu');
    return {
      name: 'cpu',
      description: 'tfjs plain JavaScript (one thread; for tests, too slow to train)',
      device: { kind: 'cpu', name: cpus()[0]?.model ?? 'CPU' },
      versions: { 'tfjs-core': tf.version_core, node: process.versions.node },
      memory: tensorMemory,
    };
  },
};
