/** Dawn, Chromium's WebGPU, from the npm package `webgpu`; and what it needs of the system. */
import { InputError } from '@mfim/tensor-contracts';
import type { EngineDevice, EnginePart } from './engine.ts';
import { findLibrary } from './find-library.ts';

const INSTALL = 'run: mfim-train engine install webgpu';
const DRIVER_CURE = "install a Vulkan loader and the GPU's Vulkan driver (Debian: apt install libvulkan1 mesa-vulkan-drivers, or NVIDIA's driver)";
const VULKAN_LOADER = 'libvulkan.so.1';

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

/** WebGPU and the device that it found. */
export interface OpenedDawn {
  readonly gpu: object;
  readonly globals: object;
  readonly device: EngineDevice;
}

/** The Vulkan loader as a part of an engine; none on systems that do without. */
export async function vulkanParts(): Promise<readonly EnginePart[]> {
  if (process.platform !== 'linux') return [];
  const loader = await findLibrary(VULKAN_LOADER, []);
  const part = `Vulkan loader (${VULKAN_LOADER})`;
  return [loader === undefined ? { part, found: false, detail: 'in none of the folders that are searched', cure: DRIVER_CURE, doubtful: true } : { part, found: true, detail: loader }];
}

async function importDawn(where: string): Promise<Dawn> {
  try {
    return (await import('webgpu')) as unknown as Dawn;
  } catch (cause) {
    const got = cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause);
    throw new InputError({ where, expected: 'the npm package webgpu with its native library', got, remedy: INSTALL, cause });
  }
}

async function requestAdapter(where: string, gpu: Gpu): Promise<Adapter> {
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter !== null) return adapter;
  throw new InputError({ where, expected: 'a GPU with a driver that Dawn accepts', got: 'no adapter', remedy: DRIVER_CURE });
}

function deviceOf({ info }: Adapter): EngineDevice {
  const name = [info.vendor, info.architecture, info.description].filter((word) => word !== '').join(', ');
  return { kind: info.isFallbackAdapter === true || /llvmpipe|swiftshader/iu.test(name) ? 'software' : 'gpu', name };
}

/** @throws InputError when the package is missing or finds no adapter; `where` starts its message */
export async function openDawn(where: string): Promise<OpenedDawn> {
  const { create, globals } = await importDawn(where);
  const gpu = create([]);
  return { gpu, globals, device: deviceOf(await requestAdapter(where, gpu)) };
}
