/**
 * The engine `webgpu`: tfjs-backend-webgpu on Dawn (npm `webgpu`), for GPUs with Vulkan, Metal or D3D12.
 * Departures from stock tfjs: Dawn is given to tfjs as `navigator.gpu`; the union package registers the gradients. The second-order
 * gradients that tfjs lacks are registered by the training itself (@mfim/nn), for every engine.
 */
import * as tf from '@tensorflow/tfjs-core';
import { activateBackend, tensorMemory } from '../activate-backend.ts';
import { openDawn, vulkanParts } from '../dawn.ts';
import type { Engine, EngineDefinition, EnginePart } from '../engine.ts';
import { packagePart } from '../package-part.ts';
import { probeEngine } from '../probe-engine.ts';

const INSTALL = 'run: mfim-train engine install webgpu';
const WEBGPU_PACKAGES = ['webgpu', '@tensorflow/tfjs-backend-webgpu'];

async function inspect(): Promise<readonly EnginePart[]> {
  const parts = await Promise.all(WEBGPU_PACKAGES.map((name) => packagePart(name, INSTALL)));
  return [...parts, ...(await vulkanParts())];
}

async function open(): Promise<Engine> {
  const { gpu, globals, device } = await openDawn('openEngine("webgpu")');
  Object.assign(globalThis, globals);
  // Node 20 has no navigator; from Node 21 on it is a getter, whose object takes the property.
  if (globalThis.navigator === undefined) Object.defineProperty(globalThis, 'navigator', { value: { gpu, userAgent: 'node' }, configurable: true });
  else Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
  await import('@tensorflow/tfjs');
  await import('@tensorflow/tfjs-backend-webgpu');
  await activateBackend('webgpu');
  const [dawnPackage, backendPackage] = await Promise.all(WEBGPU_PACKAGES.map((name) => packagePart(name, INSTALL)));
  return {
    name: 'webgpu',
    description: `WebGPU through Dawn on ${device.name}${device.kind === 'software' ? ' (a GPU imitated by the CPU: too slow to train)' : ''}`,
    device,
    versions: {
      webgpu: dawnPackage?.detail ?? '',
      'tfjs-backend-webgpu': backendPackage?.detail ?? '',
      'tfjs-core': tf.version_core,
      node: process.versions.node,
    },
    memory: tensorMemory,
  };
}

/** Dawn. */
export const WEBGPU_ENGINE: EngineDefinition = {
  name: 'webgpu',
  summary: 'any GPU with Vulkan, Metal or Direct3D 12, without CUDA',
  open,
  inspect,
  probe: (options) => probeEngine(WEBGPU_ENGINE, options),
};
