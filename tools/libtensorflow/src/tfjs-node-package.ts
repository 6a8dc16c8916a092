/** Where the installed @tensorflow/tfjs-node lies, and which addon it wants. */
import { readFile, realpath } from 'node:fs/promises';
import { createRequire } from 'node:module';
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
  let manifestFile: string;
  try {
    manifestFile = createRequire(path.join(project, 'package.json')).resolve('@tensorflow/tfjs-node/package.json');
  } catch (cause) {
    throw new BuildError(`@tensorflow/tfjs-node is not installed in ${project}`, 'run: pnpm install', cause);
  }
  const folder = await realpath(path.dirname(manifestFile));
  const manifest = JSON.parse(await readFile(manifestFile, 'utf8')) as PackageManifest;
  const supported = manifest.binary.napi_versions.filter((version) => version <= Number(process.versions['napi']));
  return {
    folder,
    version: manifest.version,
    addon: path.join(folder, 'lib', `napi-v${Math.max(...supported)}`, 'tfjs_binding.node'),
  };
}
