/**
 * Makes the engine `cuda`: TensorFlow's CUDA wheel, the same addon built against it, and NVIDIA's libraries in the versions that the
 * wheel's own extra `and-cuda` asks for. It lives in a folder of its own, so that `tensorflow` stays as it is.
 */
import { mkdir, readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { isPresent } from '../package-part.ts';
import { buildAddon, placeAddon } from './build-addon.ts';
import { cudaFolders } from './engine-home.ts';
import { fetchWheel } from './fetch-wheel.ts';
import { installError } from './install-error.ts';
import { wheelOptions } from './install-options.ts';
import type { InstallOptions } from './install-options.ts';
import { refuseOtherSystems } from './install-tensorflow.ts';
import { findPython, runProgram } from './run-program.ts';
import { findTfjsNode } from './tfjs-node-package.ts';
import { unpackTensorflow, unpackWheels } from './unpack-wheel.ts';

const LIBRARY_MEMBERS = 'nvidia/[^/]+/(lib|bin|nvvm)/';

/**
 * The requirements of the extra `and-cuda` in a wheel's METADATA, as pip takes them.
 * @param metadata - the file's text
 */
export function cudaRequirements(metadata: string): readonly string[] {
  return metadata.split('\n').flatMap((line) => /^Requires-Dist: (\S[^;]*?)\s*;\s*extra == ["']and-cuda["']/u.exec(line)?.[1] ?? []);
}

async function readRequirements(library: string): Promise<readonly string[]> {
  const folder = path.dirname(library);
  const information = (await readdir(folder)).find((name) => name.endsWith('.dist-info'));
  const requirements = information === undefined ? [] : cudaRequirements(await readFile(path.join(folder, information, 'METADATA'), 'utf8'));
  if (requirements.length > 0) return requirements;
  throw installError({ expected: 'a TensorFlow wheel with the extra and-cuda', got: `none in ${folder}`, remedy: 'take a version that has it: --tensorflow 2.21.0' });
}

/** NVIDIA's libraries, by pip (which checks them against the index); 3 GB or so. */
async function fetchNvidia({ home, say }: InstallOptions, library: string): Promise<string> {
  const folder = `${path.dirname(library)}-nvidia`;
  if (await isPresent(folder)) {
    say('CUDA libraries: unpacked before');
    return path.join(folder, 'nvidia');
  }
  const requirements = await readRequirements(library);
  const wheels = path.join(home, 'nvidia-wheels');
  await mkdir(wheels, { recursive: true });
  say(`CUDA libraries: ${requirements.length} Python packages from NVIDIA, by pip (gigabytes)`);
  await runProgram({
    program: await findPython(),
    parameters: ['-m', 'pip', 'download', '--no-deps', '--only-binary', ':all:', '--dest', wheels, ...requirements],
    remedy: 'check the network and the disk and run again; or install CUDA 12 and cuDNN 9 on the system and run with --no-cuda-libraries',
  });
  const files = (await readdir(wheels)).filter((name) => name.endsWith('.whl')).map((name) => path.join(wheels, name));
  await unpackWheels(files, folder, LIBRARY_MEMBERS);
  return path.join(folder, 'nvidia');
}

/** @throws InputError with the cure when a step fails */
export async function installCuda(options: InstallOptions): Promise<void> {
  const { home, rebuild, say } = options;
  refuseOtherSystems();
  if (process.arch !== 'x64') throw installError({ expected: 'an x64 processor', got: process.arch, remedy: 'TensorFlow has no CUDA wheel for it; use the engine webgpu or tensorflow' });
  if (options.stock) throw installError({ expected: 'a wheel', got: '--stock', remedy: 'for TensorFlow 2.9 with CUDA 11.2 run: npm install @tensorflow/tfjs-node-gpu' });
  const tfjsNode = await findTfjsNode();
  const wheel = await fetchWheel({ ...wheelOptions(options), distribution: 'tensorflow' });
  const library = await unpackTensorflow(wheel, say);
  const nvidia = options.cudaLibraries ? { nvidia: await fetchNvidia(options, library) } : {};
  const kept = await buildAddon({ tfjsNode, home, library, rebuild, say });
  await placeAddon(kept, { ...(await cudaFolders(home)), library, ...nvidia });
  say('addon: in place');
}
