/** Changes to files, all decided by one number: the same case is the same bytes on every machine. */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';
import type { SeedFile } from './seed-files.ts';

const MAXIMUM_BYTES = 2 ** 18;
const MOST_CHANGES = 8;
const MOST_INSERTED = 64;
/** Counts and lengths that readers get wrong: ends of ranges, signs, products that overflow. */
const NUMBERS: readonly bigint[] = [0n, 1n, 2n, 0x7fn, 0x80n, 0xffn, 0x7fffn, 0xffffn, 0x7fff_ffffn, 0x8000_0000n, 0xffff_ffffn, 2n ** 53n, 2n ** 62n, 2n ** 63n, 2n ** 64n - 1n];
const WIDTHS = [1, 2, 4, 8];
/** Pieces of the formats: opcodes, signatures, names. */
const TOKENS: readonly string[] = [
  '.', '(', '0', '1', '2', 'N', 'Q', 'R', 'a', 'b', 'd', '}', 'e', 'l', ']', 'o', 's', 't', ')', 'u', '\u0081', '\u0085', '\u0086', '\u0087', '\u008f', '\u0090', '\u0092', '\u0093', '\u0094',
  'h\u0000', 'q\u0000', 'h\u0001', 'j\u0000\u0000\u0000\u0000', 'K\u00ff', '\u008a\u0008\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u007f', 'cos\nsystem\n', 'cbuiltins\ndict\n', 'ccollections\nOrderedDict\n',
  'ctorch._utils\n_rebuild_tensor_v2\n', 'ctorch.storage\n_load_from_bytes\n', 'cnumpy\ndtype\n', 'ctorch.nn.modules.container\nSequential\n', '__proto__', '_parameters', '_modules', '../', '/',
  'PK\u0001\u0002', 'PK\u0003\u0004', 'PK\u0005\u0006', 'PK\u0006\u0006', 'PK\u0006\u0007', '{"a":', '[', '"shape":[', '-1', '1e99', "'shape': (", 'TREE', 'SNOD', 'HEAP', 'OHDR', 'FRHP', 'BTHD', 'BTLF',
  '\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff', '\u0000\u0000\u0000\u0000\u0000\u0000\u0000\u0000',
];

/** A changed file. */
export interface FuzzCase {
  readonly seed: string;
  readonly bytes: Uint8Array;
}

type Draw = (below: number) => number;
type Change = (bytes: Uint8Array, draw: Draw, other: Uint8Array) => Uint8Array;

function replaced(bytes: Uint8Array, [start, end]: readonly [number, number], by: Uint8Array): Uint8Array {
  const result = new Uint8Array(bytes.byteLength - (end - start) + by.byteLength);
  result.set(bytes.subarray(0, start));
  result.set(by, start);
  result.set(bytes.subarray(end), start + by.byteLength);
  return result;
}

/** A piece, short more often than long. */
function piece(length: number, draw: Draw): readonly [number, number] {
  const start = draw(length + 1);
  const most = Math.min(length - start, 2 ** draw(16));
  return [start, start + draw(most + 1)];
}

function numberBytes(draw: Draw): Uint8Array {
  const width = WIDTHS[draw(WIDTHS.length)] as number;
  const view = new DataView(new ArrayBuffer(8));
  const isLittle = draw(4) > 0;
  view.setBigUint64(0, BigInt.asUintN(width * 8, NUMBERS[draw(NUMBERS.length)] as bigint), isLittle);
  return new Uint8Array(view.buffer, isLittle ? 0 : 8 - width, width);
}

const tokenBytes = (draw: Draw): Uint8Array => Uint8Array.from(TOKENS[draw(TOKENS.length)] as string, (character) => character.charCodeAt(0));

function over(bytes: Uint8Array, draw: Draw, by: Uint8Array): Uint8Array {
  const start = draw(bytes.byteLength + 1);
  return replaced(bytes, [start, Math.min(bytes.byteLength, start + by.byteLength)], by);
}

function inserted(bytes: Uint8Array, draw: Draw, by: Uint8Array): Uint8Array {
  const start = draw(bytes.byteLength + 1);
  return replaced(bytes, [start, start], by);
}

const CHANGES: readonly Change[] = [
  (bytes, draw) => over(bytes, draw, Uint8Array.of(draw(256))),
  (bytes, draw) => {
    const result = bytes.slice();
    const at = draw(bytes.byteLength);
    if (at < bytes.byteLength) result[at] = (result[at] as number) ^ (1 << draw(8));
    return result;
  },
  (bytes, draw) => over(bytes, draw, numberBytes(draw)),
  (bytes, draw) => over(bytes, draw, tokenBytes(draw)),
  (bytes, draw) => inserted(bytes, draw, tokenBytes(draw)),
  (bytes, draw) => inserted(bytes, draw, Uint8Array.from({ length: draw(MOST_INSERTED) }, () => draw(256))),
  (bytes, draw) => replaced(bytes, piece(bytes.byteLength, draw), new Uint8Array()),
  (bytes, draw) => inserted(bytes, draw, bytes.slice(...piece(bytes.byteLength, draw))),
  (bytes, draw) => over(bytes, draw, bytes.slice(...piece(bytes.byteLength, draw))),
  (bytes, draw, other) => inserted(bytes, draw, other.slice(...piece(other.byteLength, draw))),
  (bytes, draw) => bytes.slice(0, draw(bytes.byteLength + 1)),
];

/** The case of a number. */
export function fuzzCase(seeds: readonly SeedFile[], number: number): FuzzCase {
  const generator = xoroshiro128plus(number);
  // The first numbers of neighbouring seeds are alike.
  for (let skipped = 0; skipped < 8; skipped += 1) generator.next();
  const draw: Draw = (below) => (below <= 0 ? 0 : (generator.next() >>> 0) % below);
  const { name, bytes } = seeds[draw(seeds.length)] as SeedFile;
  const other = (seeds[draw(seeds.length)] as SeedFile).bytes;
  let changed = bytes;
  for (let left = 1 + draw(MOST_CHANGES); left > 0; left -= 1) {
    changed = (CHANGES[draw(CHANGES.length)] as Change)(changed, draw, other).subarray(0, MAXIMUM_BYTES);
  }
  return { seed: name, bytes: changed.slice() };
}
