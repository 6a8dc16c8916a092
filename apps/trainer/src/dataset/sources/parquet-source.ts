/**
 * A Parquet file with a column of photos: Hugging Face's image column, a struct of `bytes` and `path`, or a column of
 * plain bytes. One row group's column is in memory at a time; its declared sizes are checked before it is read.
 */
import path from 'node:path';
import { InputError } from '@mfim/tensor-contracts';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects, parquetSchema } from 'hyparquet';
import type { AsyncBuffer, FileMetaData, SchemaTree } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { checkPhotoBytes, damagedArchive } from './photo-source.ts';
import type { PhotoSource, SourcePhoto } from './photo-source.ts';
import { shownName } from './inside-name.ts';

type Codecs = typeof compressors;

interface ParquetFile {
  readonly file: string;
  readonly buffer: AsyncBuffer;
  readonly metadata: FileMetaData;
  readonly column: string;
}

/** Names that decide where a file has several columns of bytes. */
const COLUMN_NAMES = ['image', 'img', 'photo', 'face', 'jpg', 'png', 'webp'];
/** Largest column of one row group, 2 GiB: Hugging Face writes groups of about 100 rows, a hundredth of it. */
const GROUP_BYTES_LIMIT = 2 ** 31;
const GROUP_ROWS_LIMIT = 1_000_000;
const ROW_DIGITS = 7;

/** @throws InputError when the file is damaged or has no column of photos, or several that it does not name */
export async function parquetSource(file: string): Promise<PhotoSource> {
  const buffer = await asyncBufferFromFile(file);
  let metadata: FileMetaData;
  try {
    metadata = await parquetMetadataAsync(buffer);
  } catch (cause) {
    throw damagedArchive(file, 'Parquet file', cause);
  }
  const schema = parquetSchema(metadata);
  const opened = { file, buffer, metadata, column: photoColumn(file, schema) };
  const others = schema.children.map(({ element }) => element.name).filter((name) => name !== opened.column);
  const unused = others.length === 0 ? [] : [`other columns than ${opened.column} are not kept: ${shownName(others.join(', '))}`];
  return { path: file, most: Number(metadata.num_rows), unused, photos: () => photosOf(opened) };
}

async function* photosOf(opened: ParquetFile): AsyncGenerator<SourcePhoto> {
  let first = 0;
  for (const group of opened.metadata.row_groups) {
    const rows = Number(group.num_rows);
    checkGroup(opened, group, rows);
    for (const [offset, row] of (await readRows(opened, first, first + rows)).entries()) {
      yield photoOf(row[opened.column], first + offset);
    }
    first += rows;
  }
}

function checkGroup({ file, column }: ParquetFile, group: FileMetaData['row_groups'][number], rows: number): void {
  const sizes = group.columns
    .filter(({ meta_data: about }) => about?.path_in_schema[0] === column)
    .map(({ meta_data: about }) => Number(about?.total_uncompressed_size ?? 0));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  if (bytes >= 0 && bytes <= GROUP_BYTES_LIMIT && rows >= 0 && rows <= GROUP_ROWS_LIMIT) return;
  throw new InputError({
    where: file,
    expected: `row groups of at most ${GROUP_ROWS_LIMIT} rows and ${GROUP_BYTES_LIMIT} bytes in column ${column}`,
    got: `${rows} rows, ${bytes} bytes`,
    remedy: 'write the file again with smaller row groups (100 rows suit photos)',
  });
}

async function readRows({ file, buffer, metadata, column }: ParquetFile, rowStart: number, rowEnd: number): Promise<Record<string, unknown>[]> {
  try {
    return await parquetReadObjects({ file: buffer, metadata, columns: [column], rowStart, rowEnd, utf8: false, compressors: bounded() });
  } catch (cause) {
    throw damagedArchive(file, 'Parquet file', cause);
  }
}

/** The codecs, each refusing a page that declares more than a row group may hold. */
function bounded(): Codecs {
  const entries = Object.entries(compressors).map(([name, inflate]) => {
    const checked = (input: Uint8Array, length: number): Uint8Array => {
      if (length < 0 || length > GROUP_BYTES_LIMIT) throw new Error(`a page of ${length} bytes`);
      return inflate(input, length);
    };
    return [name, checked];
  });
  return Object.fromEntries(entries) as Codecs;
}

function photoOf(value: unknown, row: number): SourcePhoto {
  const { bytes, path: named } = value instanceof Uint8Array || value === null || typeof value !== 'object' ? { bytes: value, path: undefined } : (value as Record<string, unknown>);
  const base = typeof named === 'string' ? path.posix.basename(named.replaceAll('\\', '/')) : '';
  const number = String(row).padStart(ROW_DIGITS, '0');
  const name = base === '' ? number : `${number}-${shownName(base)}`;
  return {
    name,
    read: async () => {
      if (!(bytes instanceof Uint8Array)) {
        throw new InputError({ where: name, expected: 'bytes of a photo', got: 'none in this row', remedy: 'embed the photos when writing the Parquet file' });
      }
      checkPhotoBytes(name, bytes.length);
      return bytes;
    },
  };
}

function photoColumn(file: string, schema: SchemaTree): string {
  const columns = schema.children.filter(isPhotoColumn).map(({ element }) => element.name);
  const [only, second] = columns;
  const chosen = second === undefined ? only : columns.find((name) => COLUMN_NAMES.includes(name));
  if (chosen !== undefined) return chosen;
  throw new InputError({
    where: file,
    expected: `a column of photos: a struct of bytes and path, or plain bytes (where there are several, one named ${COLUMN_NAMES.join(', ')})`,
    got: columns.length === 0 ? `columns ${schema.children.map(({ element }) => element.name).join(', ')}` : `columns ${columns.join(', ')}`,
    remedy: 'rename the column, or pack the photos into a folder, zip or tar',
  });
}

function isPhotoColumn({ element, children }: SchemaTree): boolean {
  if (children.length > 0) return children.some((child) => child.element.name === 'bytes' && isBytes(child));
  return isBytes({ element });
}

function isBytes({ element }: Pick<SchemaTree, 'element'>): boolean {
  return element.type === 'BYTE_ARRAY' && element.converted_type === undefined && element.logical_type === undefined && element.repetition_type !== 'REPEATED';
}
