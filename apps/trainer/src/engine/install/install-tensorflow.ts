/**
 * Makes the engine `tensorflow` work: wheel -> headers and libraries -> addon -> links. Every step looks first whether its work is
 * done. With `stock`, tfjs-node's own install script runs instead (TensorFlow 2.9.1, also for macOS and Windows).
 */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { isPresent } from '../package-part.ts';
import { buildAddon, placeAddon } from './build-addon.ts';
import { fetchWheel } from './fetch-wheel.ts';
import { installError } from './install-error.ts';
import { wheelOptions } from './install-options.ts';
import type { InstallOptions } from './install-options.ts';
import { isLinked } from './link-library.ts';
import { runProgram } from './run-program.ts';
import { findTfjsNode } from './tfjs-node-package.ts';
import type { TfjsNodePackage } from './tfjs-node-package.ts';
import { unpackTensorflow } from './unpack-wheel.ts';

/** Wheels were tried on Linux alone. @throws InputError elsewhere */
export function refuseOtherSystems(): void {
  if (process.platform === 'linux') return;
  throw installError({ expected: 'Linux', got: process.platform, remedy: 'run it in a Linux container, or take the stock library: mfim-train engine install tensorflow --stock' });
}

async function installStock({ folder }: TfjsNodePackage, say: (line: string) => void): Promise<void> {
  say("stock: tfjs-node's own install script downloads TensorFlow 2.9.1");
  // Its script downloads nothing while a library lies in deps.
  for (const name of ['deps', 'lib']) await rm(path.join(folder, name), { recursive: true, force: true });
  await runProgram({
    program: process.platform === 'win32' ? 'npm.cmd' : 'npm',
    parameters: ['run', 'install'],
    folder,
    remedy: 'its download is not possible here; run without --stock to use a current TensorFlow wheel',
  });
}

/** @throws InputError with the cure when a step fails */
export async function installTensorflow(options: InstallOptions): Promise<void> {
  const { home, rebuild, say } = options;
  const tfjsNode = await findTfjsNode();
  say(`package: @tensorflow/tfjs-node ${tfjsNode.version}`);
  if (options.stock) return installStock(tfjsNode, say);
  refuseOtherSystems();
  const distribution = process.arch === 'arm64' ? 'tensorflow' : 'tensorflow-cpu';
  const wheel = await fetchWheel({ ...wheelOptions(options), distribution });
  const library = await unpackTensorflow(wheel, say);
  if (!rebuild && (await isLinked(tfjsNode.folder, library)) && (await isPresent(tfjsNode.addon))) {
    say('addon: in place');
    return;
  }
  const kept = await buildAddon({ tfjsNode, home, library, rebuild, say });
  await placeAddon(kept, { folder: tfjsNode.folder, addon: tfjsNode.addon, library });
  say('addon: put into the package, linked to the library');
}
