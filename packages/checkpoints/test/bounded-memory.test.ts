/** Files of a gigabyte, sparse on the disk, in a process whose heap is limited to 64 MB. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { safetensorsHeader } from '../src/index.ts';

const GIGABYTE = 2 ** 30;
/** Blocks of a mebibyte, garbage not yet collected, and the reader. What is read is three times that, the files six times. */
const MOST_GROWN_MB = 160;
const PROGRAM = fileURLToPath(new URL('inspect-large-file.ts', import.meta.url));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'checkpoints-large-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const bytesOf = (text: string): Uint8Array => Uint8Array.from(text, (character) => character.charCodeAt(0));
const u32 = (value: number): string => String.fromCharCode(...new Uint8Array(Uint32Array.of(value).buffer));

/** A file with these pieces at these places and holes between. */
function sparse(name: string, pieces: readonly (readonly [number, Uint8Array])[]): string {
  const path = join(folder, name);
  const file = openSync(path, 'w');
  for (const [position, bytes] of pieces) writeSync(file, bytes, 0, bytes.byteLength, position);
  return path;
}

function largeSafetensors(): string {
  const { bytes } = safetensorsHeader(new Map([['large', { dtype: 'F32', shape: [GIGABYTE / 4] }], ['small', { dtype: 'U8', shape: [4] }]]));
  return sparse('large.safetensors', [[0, bytes], [bytes.byteLength + GIGABYTE, new Uint8Array(4)]]);
}

/** `{'large': <tensor of a storage of a gigabyte>}`, protocol 2. */
function largePickle(): Uint8Array {
  const text = (value: string): string => `X${u32(value.length)}${value}`;
  const storage = `(${text('storage')}ctorch\nByteStorage\n${text('0')}${text('cpu')}J${u32(GIGABYTE)}tQ`;
  const tensor = `ctorch._utils\n_rebuild_tensor_v2\n(${storage}K\u0000(J${u32(GIGABYTE)}t(K\u0001t\u0089ccollections\nOrderedDict\n)RtR`;
  return bytesOf(`\u0080\u0002}${text('large')}${tensor}s.`);
}

/** A zip as PyTorch writes it: made with an empty storage, whose hole is then moved in and its sizes set. */
function largeTorch(): string {
  const small = zipSync({ 'archive/data.pkl': largePickle(), 'archive/data/0': new Uint8Array() }, { level: 0 });
  const view = new DataView(small.buffer);
  const find = (signature: number): number[] => Array.from({ length: small.length - 4 }, (_, at) => at).filter((at) => view.getUint32(at, true) === signature);
  const [directory, second] = find(0x0201_4b50) as [number, number];
  const [end] = find(0x0605_4b50) as [number];
  for (const offset of [20, 24]) view.setUint32(second + offset, GIGABYTE, true);
  view.setUint32(end + 16, directory + GIGABYTE, true);
  return sparse('large.pt', [[0, small.subarray(0, directory)], [directory + GIGABYTE, small.subarray(directory)]]);
}

/** One byte string of a gigabyte in a pickle, as NVIDIA's files keep whole storages. */
function largeNumpyPickle(): string {
  const text = (value: string): string => `X${u32(value.length)}${value}`;
  const dtype = `cnumpy\ndtype\n(${text('u1')}\u0089\u0088tR`;
  const head = `\u0080\u0003}${text('large')}cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(K\u0000tC\u0001btR(K\u0001(J${u32(GIGABYTE)}t${dtype}\u0089B${u32(GIGABYTE)}`;
  return sparse('large.pkl', [[0, bytesOf(head)], [head.length + GIGABYTE, bytesOf('tbs.')]]);
}

describe('a file of a gigabyte is inspected in constant memory', () => {
  test.each([
    ['safetensors', largeSafetensors, 2],
    ['pytorch', largeTorch, 1],
    ['pickle', largeNumpyPickle, 1],
  ])('%s', (format, write, count) => {
    const options = ['--import', 'tsx', '--conditions=@mfim/source', '--max-old-space-size=64'];
    const output = execFileSync(process.execPath, [...options, PROGRAM, write()], { encoding: 'utf8' });
    const { grownMb, bytes, ...told } = JSON.parse(output) as { grownMb: number; bytes: number };
    expect(told).toEqual({ format, count });
    expect(bytes).toBeGreaterThanOrEqual(GIGABYTE / 2);
    expect(grownMb).toBeLessThan(MOST_GROWN_MB);
  });
});
