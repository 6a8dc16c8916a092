/** Collections of photos: what belongs together under one name and one licence, in any number of folders and archives. */
import path from 'node:path';
import { InputError } from '@mfim/tensor-contracts';
import { openSource } from './sources/open-source.ts';
import type { OpenedSource } from './sources/open-source.ts';
import type { PhotoSource, SourcePhoto } from './sources/photo-source.ts';

/** Photos of one name and licence. */
export interface PhotoCollection {
  /** Origins start with it. */
  readonly name: string;
  /** Folders, zips, tars, Parquet files. */
  readonly paths: readonly string[];
  /** Licence class written into every record. */
  readonly licence: string;
  /** How many images are never trained on: those whose names have the smallest SHA-256. */
  readonly heldOut: number;
}

/** A photo with what its record will say. */
export interface CollectedPhoto {
  /** `collection/name`, with the archive's name between them where the photo comes from one. */
  readonly origin: string;
  readonly licence: string;
  /** How many photos come before it in all. */
  readonly place: number;
  readonly photo: SourcePhoto;
}

/** Collections whose paths were found and recognised. */
export interface OpenedCollections {
  /** At most this many photos; undefined where a tar does not say. */
  readonly most: number | undefined;
  /** What sources hold and nothing here uses: sentences for people. */
  readonly unused: readonly string[];
  readonly photos: () => AsyncIterable<CollectedPhoto>;
}

interface Part {
  readonly source: PhotoSource;
  readonly prefix: string;
  readonly licence: string;
}

/** @throws InputError when a path cannot be read as photos, or two of a collection would give the same names */
export async function openCollections(collections: readonly PhotoCollection[]): Promise<OpenedCollections> {
  const parts: Part[] = [];
  for (const collection of collections) {
    const opened: OpenedSource[] = [];
    for (const target of collection.paths) opened.push(...(await openSource(target)));
    const folders = opened.filter(({ isFolder }) => isFolder).length;
    for (const { source, label, isFolder } of opened) {
      const prefix = isFolder && folders === 1 ? `${collection.name}/` : `${collection.name}/${label}/`;
      parts.push({ source, prefix, licence: collection.licence });
    }
  }
  refuseSamePrefix(parts);
  const counts = parts.map(({ source }) => source.most);
  return {
    most: counts.every((count) => count !== undefined) ? counts.reduce((sum, count) => sum + count, 0) : undefined,
    unused: parts.flatMap(({ source }) => (source.unused ?? []).map((sentence) => `${path.basename(path.resolve(source.path))}: ${sentence}`)),
    photos: async function* photos() {
      let place = 0;
      for (const { source, prefix, licence } of parts) {
        for await (const photo of source.photos()) {
          yield { origin: `${prefix}${photo.name}`, licence, place, photo };
          place += 1;
        }
      }
    },
  };
}

function refuseSamePrefix(parts: readonly Part[]): void {
  const seen = new Map<string, string>();
  for (const { prefix, source } of parts) {
    const other = seen.get(prefix);
    if (other !== undefined) {
      throw new InputError({
        where: source.path,
        expected: 'names that differ from those of other paths',
        got: `${prefix} for this and for ${other}`,
        remedy: 'rename one of them, or list them in the config as sources with names of their own',
      });
    }
    seen.set(prefix, source.path);
  }
}
