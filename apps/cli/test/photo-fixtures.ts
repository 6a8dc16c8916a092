/** Photos good and bad, written into a folder. People are from `fake-avatars`: they do not exist. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { portraitPath } from '../src/demo/demo-plan.ts';

const SIDE = 256;

/** Files by what is in them. */
export interface PhotoFixtures {
  readonly source: string;
  readonly target: string;
  readonly two: string;
  readonly empty: string;
  readonly text: string;
  readonly truncated: string;
  readonly huge: string;
}

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, start) => {
  let value = start;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ (CRC_TABLE[(crc ^ byte) & 0xff] as number);
  return (crc ^ 0xffffffff) >>> 0;
}

function chunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name), data]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(data.length, 0);
  frame.writeUInt32BE(crc32(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

/** A valid PNG of `side` x `side` pixels, one bit each, all black. */
function blackPng(side: number): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header.set([1, 0, 0, 0, 0], 8);
  const rows = Buffer.alloc(side * (1 + Math.ceil(side / 8)));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

async function twoFaces(): Promise<Buffer> {
  const large = await sharp(portraitPath(10)).resize(SIDE * 2).toBuffer();
  const canvas = sharp({ create: { width: SIDE * 3, height: SIDE * 2, channels: 3, background: '#888' } });
  return canvas.composite([{ input: large, left: 0, top: 0 }, { input: portraitPath(4), left: SIDE * 2, top: SIDE }]).jpeg().toBuffer();
}

/** Writes them all. */
export async function writePhotoFixtures(folder: string): Promise<PhotoFixtures> {
  const write = async (name: string, bytes: Uint8Array | string): Promise<string> => {
    const path = join(folder, name);
    await writeFile(path, bytes);
    return path;
  };
  const source = await sharp(portraitPath(18)).jpeg({ quality: 92 }).toBuffer();
  const plain = sharp({ create: { width: 128, height: 96, channels: 3, background: '#4a7' } });
  return {
    source: await write('source.jpg', source),
    target: await write('target.png', await readFile(portraitPath(51))),
    two: await write('two.jpg', await twoFaces()),
    empty: await write('no-face.png', await plain.png().toBuffer()),
    text: await write('text.jpg', 'This is not a photo.\n'),
    truncated: await write('truncated.jpg', source.subarray(0, Math.floor(source.length / 2))),
    huge: await write('huge.png', blackPng(30_000)),
  };
}
