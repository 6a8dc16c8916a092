/**
 * The cache: every file lies under its SHA-256 (`files/SUM`), and a record for each name lists the versions that were obtained under
 * it, newest first (`records/NAME.json`). Two names may share a file. What is being downloaded lies in `parts`.
 */
import { chmod, copyFile, mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { asDiskError } from '../download/disk-room.ts';
import { fileSha256 } from '../file-sha256.ts';
import { readRecord, writeRecord } from './write-record.ts';

/** Read by all, written by none: what lies in the cache is not to be edited. */
const READ_ONLY = 0o444;

const versionSchema = z.object({
  sha256: z.string().regex(/^[0-9a-f]{64}$/u),
  bytes: z.number().int().nonnegative(),
  /** An address, or the name of a file. */
  from: z.string(),
  /** ISO 8601. */
  obtained: z.string(),
  /** Who says that this sum is right: the manifest; nobody yet (it was the first download); or the user, whose own file it is. */
  trust: z.enum(['manifest', 'first use', 'own file']),
});
const recordSchema = z.object({
  name: z.string(),
  /** For files of the user's own. */
  kind: z.string().optional(),
  licence: z.string().optional(),
  versions: z.array(versionSchema).min(1),
});

/** A version that was obtained. */
export type StoredVersion = z.infer<typeof versionSchema>;
/** All versions of a name, newest first. */
export type StoredWeights = z.infer<typeof recordSchema>;

/** The folders of a cache. */
export interface WeightStore {
  readonly folder: string;
}

/** Makes the folders where they are missing. @throws InputError when they cannot be made */
export async function openStore(folder: string): Promise<WeightStore> {
  for (const part of ['files', 'records', 'parts', 'licences']) {
    await mkdir(join(folder, part), { recursive: true }).catch((cause: unknown) => {
      throw asDiskError(join(folder, part), cause) ?? cause;
    });
  }
  return { folder };
}

/** Where a content lies, if it is there. */
export const storedPath = ({ folder }: WeightStore, sha256: string): string => join(folder, 'files', sha256);
/** Where a name's download is put together. */
export const workPath = ({ folder }: WeightStore, name: string): string => join(folder, 'parts', name);
const recordPath = ({ folder }: WeightStore, name: string): string => join(folder, 'records', `${name}.json`);

/** What was obtained under a name; `undefined` for nothing. */
export async function readStored(store: WeightStore, name: string): Promise<StoredWeights | undefined> {
  return readRecord(recordPath(store, name), recordSchema);
}

/** Everything that was obtained, by name. */
export async function listStored(store: WeightStore): Promise<readonly StoredWeights[]> {
  const files = await readdir(join(store.folder, 'records')).catch((): string[] => []);
  const names = files.filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length));
  const records = await Promise.all(names.toSorted().map((name) => readStored(store, name)));
  return records.filter((record) => record !== undefined);
}

/** Whether a version lies in the cache with the right size; its sum is not computed. */
export async function isStored(store: WeightStore, { sha256, bytes }: StoredVersion): Promise<boolean> {
  return stat(storedPath(store, sha256)).then(
    ({ size }) => size === bytes,
    () => false,
  );
}

/** Whether a version lies in the cache unchanged: its sum is computed. */
export async function isIntact(store: WeightStore, version: StoredVersion): Promise<boolean> {
  return (await isStored(store, version)) && (await fileSha256(storedPath(store, version.sha256))) === version.sha256;
}

/**
 * Moves a complete file into the cache and notes it as the newest version of its name.
 *
 * @param file on the same disk as the cache; it is gone afterwards
 */
export async function admitFile(store: WeightStore, file: string, record: Omit<StoredWeights, 'versions'> & { readonly version: StoredVersion }): Promise<string> {
  const { version, ...about } = record;
  const place = storedPath(store, version.sha256);
  await chmod(file, READ_ONLY);
  await rename(file, place);
  const before = (await readStored(store, about.name))?.versions ?? [];
  const others = before.filter(({ sha256 }) => sha256 !== version.sha256);
  await writeRecord(recordPath(store, about.name), { ...about, versions: [version, ...others] });
  return place;
}

/** Copies a file of the user's into the work folder, for `admitFile`. @throws InputError for a full disk */
export async function copyIn(store: WeightStore, name: string, from: string): Promise<string> {
  const copy = `${workPath(store, name)}.${randomUUID()}.copy`;
  try {
    await copyFile(from, copy);
    return copy;
  } catch (error) {
    await rm(copy, { force: true });
    throw asDiskError(copy, error) ?? error;
  }
}
