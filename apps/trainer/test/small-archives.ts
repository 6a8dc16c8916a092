/** Small archives that tests make in code. */
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { gzipSync } from 'node:zlib';
import { parquetWriteBuffer } from 'hyparquet-writer';
import sharp from 'sharp';
import { pack } from 'tar-stream';
import { ZipFile } from 'yazl';

/** A file inside an archive. */
export type Member = readonly [name: string, bytes: Uint8Array | string];

/** A square PNG of one grey level. */
export async function greyPng(level: number, side = 64): Promise<Buffer> {
  const background = { r: level, g: level, b: level };
  return sharp({ create: { width: side, height: side, channels: 3, background } }).png().toBuffer();
}

/** A square PNG of noise that the number decides: no two are near-duplicates. */
export async function noisePng(number: number, side = 64): Promise<Buffer> {
  let state = number * 2_654_435_761 + 1;
  const pixels = Uint8Array.from({ length: side * side * 3 }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 24;
  });
  return sharp(pixels, { raw: { width: side, height: side, channels: 3 } }).png().toBuffer();
}

export async function writeZip(file: string, members: readonly Member[]): Promise<void> {
  const zip = new ZipFile();
  for (const [name, bytes] of members) zip.addBuffer(Buffer.from(bytes as Uint8Array), name);
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(file));
}

export async function tarBytes(members: readonly Member[]): Promise<Buffer> {
  const tar = pack();
  for (const [name, bytes] of members) tar.entry({ name }, Buffer.from(bytes as Uint8Array));
  tar.finalize();
  const chunks: Buffer[] = [];
  for await (const chunk of tar) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

export async function writeTar(file: string, members: readonly Member[]): Promise<void> {
  const bytes = await tarBytes(members);
  await writeFile(file, file.endsWith('gz') ? gzipSync(bytes) : bytes);
}

/** Hugging Face's image column: a struct of bytes and path. */
export async function writeImageParquet(file: string, rows: readonly { readonly bytes: Uint8Array | null; readonly path: string | null }[]): Promise<void> {
  const buffer = parquetWriteBuffer({
    columnData: [
      { name: 'image', data: [...rows] },
      { name: 'label', data: rows.map((_, row) => row) },
    ],
    schema: [
      { name: 'root', num_children: 2 },
      { name: 'image', num_children: 2, repetition_type: 'OPTIONAL' },
      { name: 'bytes', type: 'BYTE_ARRAY', repetition_type: 'OPTIONAL' },
      { name: 'path', type: 'BYTE_ARRAY', converted_type: 'UTF8', repetition_type: 'OPTIONAL' },
      { name: 'label', type: 'INT32', repetition_type: 'REQUIRED' },
    ],
    rowGroupSize: 2,
  });
  await writeFile(file, new Uint8Array(buffer));
}

/** A column of plain bytes, or whatever else. */
export async function writeColumnParquet(file: string, columns: Parameters<typeof parquetWriteBuffer>[0]['columnData']): Promise<void> {
  await writeFile(file, new Uint8Array(parquetWriteBuffer({ columnData: columns })));
}
