/**
 * The engines `onnx`, `onnx-webgpu` and `onnx-cuda`: training steps and networks compiled to ONNX graphs (@mfim/tfjs-onnx), which
 * ONNX Runtime runs on the CPU, with WebGPU (bundled in onnxruntime-node) or with CUDA. tfjs's plain JavaScript prepares the
 * batches. A graph that a provider cannot run whole is refused; nothing falls back to the CPU. `onnx-cuda` was not yet run on a
 * GPU by us.
 */
import { cpus } from 'node:os';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import type { OnnxRuntimeModule } from '@mfim/tfjs-onnx';
import { InputError } from '@mfim/tensor-contracts';
import { activateBackend, tensorMemory } from '../activate-backend.ts';
import { cudaParts, firstGpu } from '../cuda-parts.ts';
import { openDawn, vulkanParts } from '../dawn.ts';
import type { Engine, EngineDefinition, EngineDevice, EnginePart } from '../engine.ts';
import type { EngineName } from '../engine-names.ts';
import { cudaFolders } from '../install/engine-home.ts';
import { findPackage, isPresent, packagePart } from '../package-part.ts';
import { probeEngine } from '../probe-engine.ts';

const RUNTIME = 'onnxruntime-node';
const INSTALL = `run: npm install ${RUNTIME}`;
const CUDA_LIBRARY = 'libonnxruntime_providers_cuda.so';
const CUDA_INSTALL = `run: ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild ${RUNTIME}`;

/**
 * A step runs several graphs in turn, and each would keep an arena as large as its own peak: 2.8 GB in the place of 2.0 for a step of
 * configs/bench-128.yaml with R1, which took 1 to 2 % longer without.
 */
const WITHOUT_ARENA = { enableCpuMemArena: false };

/** What distinguishes the three. */
interface Flavour {
  readonly name: EngineName;
  readonly provider: 'cpu' | 'webgpu' | 'cuda';
  readonly summary: string;
  readonly parts: () => Promise<readonly EnginePart[]>;
  readonly device: () => Promise<EngineDevice>;
}

async function importRuntime(where: string): Promise<OnnxRuntimeModule & { readonly env: { readonly versions: { readonly node?: string } } }> {
  try {
    return await import('onnxruntime-node');
  } catch (cause) {
    const got = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw new InputError({ where, expected: `the npm package ${RUNTIME} with its native library`, got, remedy: INSTALL, cause });
  }
}

/** The folder of the native library, `bin/napi-vN/PLATFORM/ARCHITECTURE`. */
async function libraryFolder(): Promise<string | undefined> {
  const installed = await findPackage(RUNTIME);
  if (installed === undefined) return undefined;
  const bin = path.join(installed.folder, 'bin');
  const [version] = (await readdir(bin).catch(() => [])).filter((name) => name.startsWith('napi-'));
  return version === undefined ? undefined : path.join(bin, version, process.platform, process.arch);
}

async function providerPart(): Promise<EnginePart> {
  const part = `CUDA provider (${CUDA_LIBRARY})`;
  const library = path.join((await libraryFolder()) ?? '', CUDA_LIBRARY);
  return (await isPresent(library)) ? { part, found: true, detail: library } : { part, found: false, detail: `not in ${RUNTIME}`, cure: CUDA_INSTALL };
}

/** ONNX Runtime does not say which adapter it took; the npm package `webgpu`, where it is installed, asks the same drivers. */
async function webgpuDevice(): Promise<EngineDevice> {
  return openDawn('openEngine("onnx-webgpu")').then(
    ({ device }) => device,
    () => ({ kind: 'gpu', name: 'an adapter that ONNX Runtime does not name' }) as const,
  );
}

async function open({ name, provider, device: findDevice }: Flavour): Promise<Engine> {
  const runtime = await importRuntime(`openEngine("${name}")`);
  await import('@tensorflow/tfjs');
  await activateBackend('cpu');
  const device = await findDevice();
  const version = runtime.env.versions.node ?? '';
  return {
    name,
    description: `steps compiled for ONNX Runtime ${version} (${provider}) on ${device.name}${device.kind === 'software' ? ' (a GPU imitated by the CPU: too slow to train)' : ''}`,
    device,
    versions: { [RUNTIME]: version, 'tfjs-core': tf.version_core, node: process.versions.node },
    memory: tensorMemory,
    compiler: { runtime, provider, ...(provider === 'cpu' ? { sessionOptions: WITHOUT_ARENA } : {}) },
  };
}

function onnxEngine(flavour: Flavour): EngineDefinition {
  const definition: EngineDefinition = {
    name: flavour.name,
    summary: flavour.summary,
    compiles: true,
    inspect: async () => [await packagePart(RUNTIME, INSTALL), ...(await flavour.parts())],
    probe: (options) => probeEngine(definition, options),
    open: () => open(flavour),
  };
  return definition;
}

/** Compiled steps on the CPU. */
export const ONNX_ENGINE: EngineDefinition = onnxEngine({
  name: 'onnx',
  provider: 'cpu',
  summary: 'training steps compiled for ONNX Runtime, on the CPU',
  parts: () => Promise.resolve([]),
  device: () => Promise.resolve({ kind: 'cpu', name: cpus()[0]?.model ?? 'CPU' }),
});

/** Compiled steps with WebGPU. */
export const ONNX_WEBGPU_ENGINE: EngineDefinition = onnxEngine({
  name: 'onnx-webgpu',
  provider: 'webgpu',
  summary: 'training steps compiled for ONNX Runtime, with WebGPU on any GPU with Vulkan, Metal or Direct3D 12',
  parts: vulkanParts,
  device: webgpuDevice,
});

/** Compiled steps with CUDA. */
export const ONNX_CUDA_ENGINE: EngineDefinition = onnxEngine({
  name: 'onnx-cuda',
  provider: 'cuda',
  summary: 'training steps compiled for ONNX Runtime, on an NVIDIA GPU',
  parts: async () => [await providerPart(), ...(await cudaParts((await cudaFolders()).nvidia))],
  device: async () => ({ kind: 'gpu', name: await firstGpu() }),
});
