/** What TensorFlow needs from NVIDIA, library by library: the driver from the system, the others from CUDA 12 and cuDNN 9. */
import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import type { EnginePart } from './engine.ts';
import { findLibrary, libraryFolders } from './find-library.ts';
import { isPresent } from './package-part.ts';

const run = promisify(execFile);

const DRIVER = 'libcuda.so.1';
/** Names as the TensorFlow 2.21 wheel asks for them; the versions are those of its extra `and-cuda`. */
const LIBRARIES: Readonly<Record<string, string>> = {
  'libcudart.so.12': 'CUDA runtime',
  'libcublas.so.12': 'cuBLAS',
  'libcublasLt.so.12': 'cuBLAS (light)',
  'libcufft.so.11': 'cuFFT',
  'libcusolver.so.11': 'cuSOLVER',
  'libcusparse.so.12': 'cuSPARSE',
  'libnvJitLink.so.12': 'nvJitLink',
  'libcupti.so.12': 'CUPTI',
  'libnccl.so.2': 'NCCL',
  'libcudnn.so.9': 'cuDNN',
};
/** Where installers leave CUDA without telling the loader. */
const USUAL_FOLDERS = ['/usr/local/cuda/lib64', '/usr/local/cuda-12/lib64', '/usr/local/nvidia/lib64'];
const DRIVER_CURE = "install NVIDIA's driver (Debian: apt install nvidia-driver), or give the container the GPU (docker run --gpus all)";
const LIBRARY_CURE = 'run: mfim-train engine install cuda';

/** What nvidia-smi says of the GPUs: name, driver, memory; undefined where there is no such program. */
async function describeGpus(): Promise<string | undefined> {
  try {
    const { stdout } = await run('nvidia-smi', ['--query-gpu=name,driver_version,memory.total', '--format=csv,noheader'], { timeout: 10_000 });
    return stdout.trim().split('\n').join('; ');
  } catch {
    return undefined;
  }
}

async function driverParts(): Promise<readonly EnginePart[]> {
  const [driver, gpus] = await Promise.all([findLibrary(DRIVER, []), describeGpus()]);
  const part = `NVIDIA driver (${DRIVER})`;
  return [
    driver === undefined ? { part, found: false, detail: 'not known to the loader', cure: DRIVER_CURE } : { part, found: true, detail: driver },
    gpus === undefined
      ? { part: 'nvidia-smi', found: false, detail: 'does not run, so no GPU can be named', cure: DRIVER_CURE, doubtful: true }
      : { part: 'nvidia-smi', found: true, detail: gpus },
  ];
}

async function libraryPart(name: string, title: string, folders: readonly string[]): Promise<EnginePart> {
  const part = `${title} (${name})`;
  const found = await findLibrary(name, folders);
  if (found !== undefined) return { part, found: true, detail: found };
  for (const folder of USUAL_FOLDERS) {
    if (await isPresent(path.join(folder, name))) {
      return { part, found: false, detail: `in ${folder}, which the loader does not search`, cure: `run: export LD_LIBRARY_PATH=${folder}`, doubtful: true };
    }
  }
  return { part, found: false, detail: 'not known to the loader', cure: LIBRARY_CURE, doubtful: true };
}

/**
 * @param nvidia - folder with NVIDIA's unpacked Python packages, as `engine install cuda` makes it; it need not exist
 * @returns the driver first, then each library
 */
export async function cudaParts(nvidia: string): Promise<readonly EnginePart[]> {
  const folders = await libraryFolders(nvidia);
  const libraries = Object.entries(LIBRARIES).map(([name, title]) => libraryPart(name, title, folders));
  return [...(await driverParts()), ...(await Promise.all(libraries))];
}

/** The first GPU's name, driver and memory in one line. */
export async function firstGpu(): Promise<string> {
  return (await describeGpus())?.split('; ')[0] ?? 'a GPU that TensorFlow found';
}
