/**
 * The manifest of a model bundle: everything that a loader must know before it runs a network.
 * `BUNDLE_SCHEMA` is the one statement of its form; `parseManifest` checks a document against it
 * and then checks what a schema cannot say.
 */
import { BundleError } from './errors.ts';
import { BUNDLE_SCHEMA, MANIFEST_VERSION } from './manifest-schema.ts';
import { checkSchema } from './schema-check.ts';
import { styleTable } from './style-table.ts';
import type { ChannelPlan, StyleTable } from './style-table.ts';
import type { SideSplit } from './split.ts';

/** One input or output of a network. */
export interface PortContract {
  readonly name: string;
  /** Axis names or sizes, such as `['batch', 64, 64, 3]`. */
  readonly axes: readonly (string | number)[];
  readonly dtype: 'float32';
  /** `signed` = [-1, 1]; `any` = unbounded features, codes or maps. */
  readonly range: 'signed' | 'any';
  readonly colour?: 'rgb';
}

/** One ONNX file and its contract. */
export interface NetworkContract {
  readonly file: string;
  readonly inputs: readonly PortContract[];
  readonly outputs: readonly PortContract[];
}

/** A generator stage draws resolutions above the previous stage's up to its own. */
export interface StageContract extends NetworkContract {
  readonly upTo: number;
}

/** What is known of one file of the bundle. */
export interface FileContract {
  readonly sha256: string;
  readonly bytes: number;
  /** SPDX identifier. */
  readonly licence: string;
}

/** A parsed, checked manifest. */
export interface BundleManifest {
  readonly format: 'mfim-bundle';
  readonly version: typeof MANIFEST_VERSION;
  readonly name: string;
  readonly resolution: number;
  readonly channels: ChannelPlan;
  readonly split: SideSplit;
  readonly alignment: { readonly kind: 'ffhq'; readonly size: number };
  readonly encoder: NetworkContract;
  /** In execution order; the last one's `upTo` is `resolution`. */
  readonly stages: readonly StageContract[];
  readonly files: Readonly<Record<string, FileContract>>;
  /** How it was trained: free form, for people. */
  readonly training: Readonly<Record<string, unknown>>;
  /** Measured numbers by metric name; the protocol is part of the name. */
  readonly metrics: Readonly<Record<string, number>>;
}

function refuse(expected: string, got: string, remedy: string): never {
  throw new BundleError({ where: 'manifest.json', expected, got, remedy });
}

function checkVersion(document: unknown): void {
  const version = (document as { version?: unknown } | null)?.version;
  if (typeof version === 'number' && version > MANIFEST_VERSION) {
    refuse(
      `manifest version ${MANIFEST_VERSION} or older`,
      `version ${version}`,
      'update mfim, or export the bundle again with this version',
    );
  }
}

function checkStages(manifest: BundleManifest): void {
  const tops = manifest.stages.map((stage) => stage.upTo);
  const rising = tops.every((top, index) => index === 0 || top > (tops[index - 1] as number));
  if (!rising || tops.at(-1) !== manifest.resolution) {
    refuse(`stages that rise to ${manifest.resolution}`, tops.join(', '), 'export the bundle again');
  }
}

function checkFiles(manifest: BundleManifest): void {
  for (const { file } of [manifest.encoder, ...manifest.stages]) {
    if (!Object.hasOwn(manifest.files, file)) {
      refuse(`an entry for ${file} in "files"`, 'none', 'export the bundle again');
    }
  }
}

/**
 * Checks a parsed JSON document.
 *
 * @throws BundleError when a field is missing, unknown or of another type, when the version is newer
 *   than this code, when the stages do not reach the resolution, or when a file has no checksum.
 */
export function parseManifest(document: unknown): BundleManifest {
  checkVersion(document);
  const problem = checkSchema(document, BUNDLE_SCHEMA);
  if (problem !== undefined) {
    refuse(problem.expected, `${problem.got} at ${problem.path}`, 'use a bundle that mfim-train export made');
  }
  const manifest = document as BundleManifest;
  styleTable(manifest.resolution, manifest.channels);
  checkStages(manifest);
  checkFiles(manifest);
  return manifest;
}

/** The style table of a bundle's generator. */
export function manifestStyleTable(manifest: Pick<BundleManifest, 'resolution' | 'channels'>): StyleTable {
  return styleTable(manifest.resolution, manifest.channels);
}
