/** Where the installed @tensorflow/tfjs-node lies, and which addon it wants. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { findPackage } from '../package-part.ts';
import { installError } from './install-error.ts';

/** An installed tfjs-node. */
export interface TfjsNodePackage {
  /** Real path (package managers link it). */
  readonly folder: string;
  readonly version: string;
  /** The addon's path inside the package. */
  readonly addon: string;
}

const MANIFEST = z.object({ version: z.string(), binary: z.object({ napi_versions: z.array(z.number()) }) });

/**
 * Finds tfjs-node as the trainer sees it.
 * @param from - folder where the search starts; the trainer's own by default
 * @throws InputError when it is not installed
 */
export async function findTfjsNode(from?: string): Promise<TfjsNodePackage> {
  const installed = await findPackage('@tensorflow/tfjs-node', from);
  if (installed === undefined) {
    throw installError({
      expected: '@tensorflow/tfjs-node installed beside the trainer',
      got: 'no such package',
      remedy: 'run: npm install --ignore-scripts @tensorflow/tfjs-node@4.22.0 (in a checkout: pnpm install)',
    });
  }
  const { folder } = installed;
  const manifest = MANIFEST.parse(JSON.parse(await readFile(path.join(folder, 'package.json'), 'utf8')));
  const supported = manifest.binary.napi_versions.filter((version) => version <= Number(process.versions['napi']));
  return { folder, version: manifest.version, addon: path.join(folder, 'lib', `napi-v${Math.max(...supported)}`, 'tfjs_binding.node') };
}
