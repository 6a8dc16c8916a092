/** Where downloaded libraries and built addons are kept. */
import { homedir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isPresent } from '../package-part.ts';

/** The CUDA addon's own folder; its layout is what the addon's run path expects. */
export interface CudaFolders {
  readonly folder: string;
  readonly addon: string;
  /** Link to NVIDIA's unpacked Python packages; TensorFlow searches `../nvidia` beside its library. */
  readonly nvidia: string;
}

async function checkoutAbove(folder: string): Promise<string | undefined> {
  if (await isPresent(path.join(folder, 'pnpm-workspace.yaml'))) return folder;
  const above = path.dirname(folder);
  return above === folder ? undefined : checkoutAbove(above);
}

/** The source checkout that this program runs from, if it does. */
export function checkoutFolder(): Promise<string | undefined> {
  return checkoutAbove(path.dirname(fileURLToPath(import.meta.url)));
}

/** MFIM_ENGINES; in a checkout its `.cache/libtensorflow` (git-ignored); else the user's cache folder. */
export async function engineHome(): Promise<string> {
  const named = process.env['MFIM_ENGINES'];
  if (named !== undefined && named !== '') return path.resolve(named);
  const checkout = await checkoutFolder();
  if (checkout !== undefined) return path.join(checkout, '.cache', 'libtensorflow');
  return path.join(process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'mfim', 'engines');
}

/** @param home - `engineHome()` unless another is meant */
export async function cudaFolders(home?: string): Promise<CudaFolders> {
  const folder = path.join(home ?? (await engineHome()), 'cuda');
  return { folder, addon: path.join(folder, 'lib', 'napi', 'tfjs_binding.node'), nvidia: path.join(folder, 'deps', 'nvidia') };
}
