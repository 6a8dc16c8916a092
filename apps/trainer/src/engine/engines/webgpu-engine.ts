/**
 * The engine `webgpu`: tfjs-backend-webgpu on Dawn (npm `webgpu`), for GPUs with Vulkan, Metal or D3D12.
 * Departures from stock tfjs: Dawn is given to tfjs as `navigator.gpu`; the union package registers the gradients. The second-order
 * gradients that tfjs lacks are registered by the training itself (@mfim/nn), for every engine.
 */
import * as tf from '@tensorflow/tfjs-core';
import { InputError } from '@mfim/tensor-contracts';
import { activateBackend, tensorMemory } from '../activate-backend.ts';
import type { Engine, EngineDevice, EngineDefinition, EnginePart } from '../engine.ts';
import { findLibrary } from '../find-library.ts';
import { packagePart } from '../package-part.ts';
import { probeEngine } from '../probe-engine.ts';

const INSTALL = 'run: mfim-train engine install webgpu';
const DRIVER_CURE = "install a Vulkan loader and the GPU's Vulkan driver (Debian: apt install libvulkan1 mesa-vulkan-drivers, or NVIDIA's driver)";
const VULKAN_LOADER = 'libvulkan.so.1';
const WEBGPU_PACKAGES = ['webgpu', '@tensorflow/tfjs-backend-webgpu'];

/** What is read of WebGPU's adapter; the types of `webgpu` itself belong to browsers. */
interface Adapter {
  readonly info: { readonly vendor: string; readonly architecture: string; readonly description: string; readonly isFallbackAdapter?: boolean };
}

interface Gpu {
  requestAdapter(options: { readonly powerPreference: 'high-performance' }): Promise<Adapter | null>;
}

interface Dawn {
  readonly create: (options: readonly string[]) => Gpu;
  readonly globals: object;
}

async function inspect(): Promise<readonly EnginePart[]> {
  const parts = await Promise.all(WEBGPU_PACKAGES.map((name) => packagePart(name, INSTALL)));
  if (process.platform !== 'linux') return parts;
  const loader = await findLibrary(VULKAN_LOADER, []);
  const part = `Vulkan loader (${VULKAN_LOADER})`;
  const state: EnginePart =
    loader === undefined ? { part, found: false, detail: 'in none of the folders that are searched', cure: DRIVER_CURE, doubtful: true } : { part, found: true, detail: loader };
  return [...parts, state];
}

async function importDawn(): Promise<Dawn> {
  try {
    return (await import('webgpu')) as unknown as Dawn;
  } catch (cause) {
    const got = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw new InputError({ where: 'openEngine("webgpu")', expected: 'the npm package webgpu with its native library', got, remedy: INSTALL, cause });
  }
}

async function requestAdapter(gpu: Gpu): Promise<Adapter> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter !== null) return adapter;
  throw new InputError({ where: 'openEngine("webgpu")', expected: 'a GPU with a driver that Dawn accepts', got: 'no adapter', remedy: DRIVER_CURE });
}

function deviceOf({ info }: Adapter): EngineDevice {
  const name = [info.vendor, info.architecture, info.description].filter((word) => word !== '').join(', ');
  return { kind: info.isFallbackAdapter === true || /llvmpipe|swiftshader/iu.test(name) ? 'software' : 'gpu', name };
}

async function open(): Promise<Engine> {
  const dawn = await importDawn();
  Object.assign(globalThis, dawn.globals);
  const gpu = dawn.create([]);
  // Node 20 has no navigator; from Node 21 on it is a getter, whose object takes the property.
  if (globalThis.navigator === undefined) Object.defineProperty(globalThis, 'navigator', { value: { gpu, userAgent: 'node' }, configurable: true });
  else Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
  const device = deviceOf(await requestAdapter(gpu));
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
