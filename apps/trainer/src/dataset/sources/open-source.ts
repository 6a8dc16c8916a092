/** Opens what a path names as sources of photos. The first bytes decide, not the extension. */
import { open, readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '@mfim/tensor-contracts';
import { folderSource } from './folder-source.ts';
import { parquetSource } from './parquet-source.ts';
import { isPhotoName } from './photo-source.ts';
import type { PhotoSource } from './photo-source.ts';
import { tarSource } from './tar-source.ts';
import { zipSource } from './zip-source.ts';

/** A source and what tells it from the others of the same collection. */
export interface OpenedSource {
  readonly source: PhotoSource;
  /** The archive's name without its extension, the folder's name; `inner` names of archives within a folder have `/`. */
  readonly label: string;
  readonly isFolder: boolean;
}

const ARCHIVE_NAME = /(?:\.tar|\.tar\.gz|\.tgz|\.zip|\.parquet)$/iu;
const HEAD_BYTES = 512;
/** `ustar` stands here in a tar's first header (POSIX and GNU). */
const TAR_MAGIC_OFFSET = 257;

/**
 * @param target a folder (its photos and archives, sub-folders included), a zip, a tar, a .tar.gz or a Parquet file
 * @throws InputError when there is nothing, or nothing that is understood
 */
export async function openSource(target: string): Promise<readonly OpenedSource[]> {
  const about = await stat(target).catch(() => undefined);
  if (about === undefined) throw refusal(target, 'nothing there', 'check the path');
  const label = path.basename(path.resolve(target));
  if (!about.isDirectory()) return [{ source: await openArchive(target), label: withoutExtension(label), isFolder: false }];
  const names = (await readdir(target, { recursive: true })).map((name) => name.split(path.sep).join('/')).toSorted();
  const photos = names.filter(isPhotoName);
  const opened: OpenedSource[] = photos.length === 0 ? [] : [{ source: await folderSource(target, photos), label, isFolder: true }];
  for (const name of names.filter((each) => ARCHIVE_NAME.test(each))) {
    opened.push({ source: await openArchive(path.join(target, name)), label: withoutExtension(name), isFolder: false });
  }
  if (opened.length === 0) throw refusal(target, 'a folder without any', 'name a folder with photos or archives of photos');
  return opened;
}

async function openArchive(file: string): Promise<PhotoSource> {
  const head = await headOf(file);
  const starts = (...bytes: readonly number[]): boolean => bytes.every((byte, index) => head[index] === byte);
  const says = (text: string, offset: number): boolean => head.subarray(offset, offset + text.length).toString('latin1') === text;
  if (says('PK', 0)) return zipSource(file);
  if (says('PAR1', 0)) return parquetSource(file);
  if (starts(0x1f, 0x8b)) return tarSource(file, true);
  if (says('ustar', TAR_MAGIC_OFFSET) || isEmptyTar(head)) return tarSource(file, false);
  throw refusal(file, head.length === 0 ? 'an empty file' : 'a file of another kind', 'look what the file is, or unpack it into a folder');
}

/** A tar without members is blocks of zeros. */
function isEmptyTar(head: Buffer): boolean {
  return head.length === HEAD_BYTES && head.every((byte) => byte === 0);
}

async function headOf(file: string): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    const { bytesRead } = await handle.read(head, 0, HEAD_BYTES, 0);
    return head.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

function withoutExtension(name: string): string {
  return name.replace(ARCHIVE_NAME, '');
}

function refusal(where: string, got: string, remedy: string): InputError {
  return new InputError({ where, expected: 'photos: a folder, zip, tar, .tar.gz or Parquet file', got, remedy });
}
