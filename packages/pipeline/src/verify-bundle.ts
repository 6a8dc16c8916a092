/**
 * Reads a bundle and believes nothing: the manifest's form and version, that every file is there,
 * has its size, its sha256 and a licence. All before any network is opened.
 */
import { BundleError, parseManifest } from '@mfim/tensor-contracts';
import type { BundleManifest, FileContract } from '@mfim/tensor-contracts';
import type { BundleFiles } from './bundle-files.ts';
import { sha256 } from './sha256.ts';

/** How the loading is watched and stopped. */
export interface LoadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called after each file, with bytes so far and in all. */
  readonly onProgress?: (progress: { readonly file: string; readonly loaded: number; readonly total: number }) => void;
}

const MANIFEST_FILE = 'manifest.json';
const COPY_AGAIN = 'copy or download the bundle again; the file was cut off or changed';

function refuse(where: string, parts: { expected: string; got: string; remedy: string; cause?: unknown }): never {
  throw new BundleError({ where: `bundle file ${where}`, ...parts });
}

/** @throws BundleError when `manifest.json` is absent, is not JSON, or is not a manifest. */
export async function readManifest(files: BundleFiles, options: LoadOptions = {}): Promise<BundleManifest> {
  options.signal?.throwIfAborted();
  const bytes = await files.read(MANIFEST_FILE, options);
  let document: unknown;
  try {
    document = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (cause) {
    const got = cause instanceof Error ? cause.message : String(cause);
    refuse(MANIFEST_FILE, { expected: 'JSON text', got, remedy: COPY_AGAIN, cause });
  }
  return parseManifest(document);
}

async function checkFile(file: string, bytes: Uint8Array, contract: FileContract): Promise<void> {
  if (contract.licence.trim() === '') {
    refuse(file, { expected: 'a licence in the manifest', got: 'none', remedy: 'export the bundle again with a licence' });
  }
  if (bytes.length !== contract.bytes) {
    refuse(file, { expected: `${contract.bytes} bytes`, got: String(bytes.length), remedy: COPY_AGAIN });
  }
  const digest = await sha256(bytes);
  if (digest !== contract.sha256) {
    refuse(file, { expected: `sha256 ${contract.sha256}`, got: digest, remedy: COPY_AGAIN });
  }
}

/** Reads and checks some of the files that the manifest lists. */
export async function readFiles(
  files: BundleFiles,
  wanted: Readonly<Record<string, FileContract>>,
  options: LoadOptions = {},
): Promise<ReadonlyMap<string, Uint8Array>> {
  const total = Object.values(wanted).reduce((sum, { bytes }) => sum + bytes, 0);
  const read = new Map<string, Uint8Array>();
  let loaded = 0;
  for (const [file, contract] of Object.entries(wanted)) {
    options.signal?.throwIfAborted();
    const bytes = await files.read(file, options);
    await checkFile(file, bytes, contract);
    read.set(file, bytes);
    loaded += bytes.length;
    options.onProgress?.({ file, loaded, total });
  }
  return read;
}

/**
 * Checks every file that the manifest lists, also those that running does not need.
 *
 * @throws BundleError on the first thing that is wrong, with what to do.
 */
export async function verifyBundle(files: BundleFiles, options: LoadOptions = {}): Promise<BundleManifest> {
  const manifest = await readManifest(files, options);
  await readFiles(files, manifest.files, options);
  return manifest;
}
