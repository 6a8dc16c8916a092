/** Builds the packages and packs them as a release would: workspace and catalog versions become real ones. */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { runProgram } from './run-program.ts';

/** One packed package. */
export interface PackedPackage {
  /** Such as `@mfim/nn`. */
  readonly name: string;
  readonly version: string;
  /** Its folder in the repository. */
  readonly folder: string;
  /** The tarball. */
  readonly tarball: string;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
}

const readManifest = <Form>(folder: string): Form => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Form;

async function pnpm(root: string, commandArguments: readonly string[]): Promise<void> {
  const { packageManager } = readManifest<{ readonly packageManager: string }>(root);
  const result = await runProgram({ command: 'npx', arguments: ['-y', packageManager, ...commandArguments], folder: root });
  if (!result.succeeded) throw new Error(`pnpm ${commandArguments.join(' ')} failed:\n${result.transcript}`);
}

/**
 * @param root the repository
 * @param destination a folder for the tarballs
 * @throws Error when a package does not build or pack
 */
export async function packPackages(root: string, destination: string): Promise<readonly PackedPackage[]> {
  await pnpm(root, ['exec', 'turbo', 'run', 'networks', 'build', '--filter=./packages/*', '--filter=@mfim/face-networks']);
  await pnpm(root, ['--recursive', '--filter', './packages/*', 'pack', '--pack-destination', destination]);
  return readdirSync(join(root, 'packages')).map((entry) => {
    const folder = join(root, 'packages', entry);
    const { name, version } = readManifest<Manifest>(folder);
    const tarball = join(destination, `${name.replace('@', '').replace('/', '-')}-${version}.tgz`);
    return { name, version, folder, tarball };
  });
}
