/** Where the installed @tensorflow/tfjs-node lies, and which addon it wants. */
import { access, readFile, realpath } from 'node:fs/promises';
import path from 'node:path';
import { BuildError } from './build-error.ts';

/** An installed tfjs-node. */
export interface TfjsNodePackage {
  /** Real path (package managers link it). */
  readonly folder: string;
  readonly version: string;
  /** The addon's path inside the package. */
  readonly addon: string;
}

interface PackageManifest {
  readonly version: string;
  readonly binary: { readonly napi_versions: readonly number[] };
}

/**
 * Finds tfjs-node as a project sees it.
 * @param project - folder of the package that depends on it
 * @throws BuildError when it is not installed there
 */
export async function findTfjsNode(project: string): Promise<TfjsNodePackage> {
  const installed = await findUpwards(project);
  if (installed === undefined) {
    throw new BuildError(`@tensorflow/tfjs-node is not installed in ${project}`, 'run: pnpm install');
  }
  const folder = await realpath(installed);
  const manifest = JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')) as PackageManifest;
  const supported = manifest.binary.napi_versions.filter((version) => version <= Number(process.versions['napi']));
  return {
    folder,
    version: manifest.version,
    addon: path.join(folder, 'lib', `napi-v${Math.max(...supported)}`, 'tfjs_binding.node'),
  };
}

/** Node's search through the folders above, without NODE_PATH. */
async function findUpwards(project: string): Promise<string | undefined> {
  const candidate = path.join(project, 'node_modules', '@tensorflow', 'tfjs-node');
  try {
    await access(path.join(candidate, 'package.json'));
    return candidate;
  } catch {
    const above = path.dirname(project);
    return above === project ? undefined : findUpwards(above);
  }
}
