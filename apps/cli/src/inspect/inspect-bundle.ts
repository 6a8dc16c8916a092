/** Looks at a model bundle: its manifest, and each of its files beside what the manifest promises. */
import { join } from 'node:path';
import { InputError, parseManifest } from '@mfim/tensor-contracts';
import type { BundleManifest } from '@mfim/tensor-contracts';
import { readInputFile } from '../input-file.ts';
import { inspectFile } from './inspect-file.ts';
import type { Inspection } from './inspection.ts';

const MANIFEST = 'manifest.json';

/** A file of a bundle. */
export interface BundleFileInspection extends Inspection {
  readonly licence: string;
  /** What is not as the manifest says; empty when all is. */
  readonly faults: readonly string[];
}

/** A bundle. */
export interface BundleInspection {
  readonly folder: string;
  readonly name: string;
  readonly resolution: number;
  readonly files: readonly BundleFileInspection[];
}

async function readBundleManifest(folder: string): Promise<BundleManifest> {
  const path = join(folder, MANIFEST);
  const text = new TextDecoder().decode(await readInputFile(path, 'bundle'));
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw new InputError({ where: path, expected: 'JSON text', got: (cause as Error).message, remedy: 'copy or download the bundle again', cause });
  }
  return parseManifest(document);
}

/** @throws InputError when there is no manifest, it is wrong, or a file that it lists is absent */
export async function inspectBundle(folder: string, withStatistics: boolean): Promise<BundleInspection> {
  const { name, resolution, files } = await readBundleManifest(folder);
  const found: BundleFileInspection[] = [];
  for (const [file, contract] of Object.entries(files)) {
    const inspection = await inspectFile(join(folder, file), withStatistics);
    const faults = [
      ...(inspection.bytes === contract.bytes ? [] : [`the manifest says ${contract.bytes} bytes`]),
      ...(inspection.sha256 === contract.sha256 ? [] : [`the manifest says sha256 ${contract.sha256}`]),
    ];
    found.push({ ...inspection, licence: contract.licence, faults });
  }
  return { folder, name, resolution, files: found };
}
