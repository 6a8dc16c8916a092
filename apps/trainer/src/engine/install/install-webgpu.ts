/** Makes the engine `webgpu`: its two npm packages. The GPU's driver is the system's. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { findPackage } from '../package-part.ts';
import { installError } from './install-error.ts';
import type { InstallOptions } from './install-options.ts';
import { runProgram } from './run-program.ts';

/** Versions that were tried together. */
const WEBGPU_PACKAGES: Readonly<Record<string, string>> = { webgpu: '0.6.2', '@tensorflow/tfjs-backend-webgpu': '4.22.0' };

/** The folder whose node_modules holds the trainer; undefined in a checkout. */
function projectFolder(): string | undefined {
  const own = fileURLToPath(import.meta.url);
  const at = own.lastIndexOf(`${path.sep}node_modules${path.sep}`);
  return at < 0 ? undefined : own.slice(0, at);
}

/** @throws InputError when npm fails, or in a checkout, whose own package manager must do it */
export async function installWebgpu({ say }: InstallOptions): Promise<void> {
  const wanted: string[] = [];
  for (const [name, version] of Object.entries(WEBGPU_PACKAGES)) {
    const installed = await findPackage(name);
    say(installed === undefined ? `package: ${name} is not installed` : `package: ${name} ${installed.version}`);
    if (installed === undefined) wanted.push(`${name}@${version}`);
  }
  if (wanted.length === 0) return;
  const project = projectFolder();
  if (project === undefined) {
    throw installError({ expected: `${wanted.join(' and ')} in this checkout`, got: 'neither or one', remedy: 'run: pnpm install (without --no-optional)' });
  }
  await runProgram({
    program: process.platform === 'win32' ? 'npm.cmd' : 'npm',
    parameters: ['install', '--prefix', project, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', ...wanted],
    remedy: 'check the network and run again',
  });
  say(`package: installed ${wanted.join(', ')} in ${project}`);
}
