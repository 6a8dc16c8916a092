/** NumPy's files: `.npy` (NEP 1: magic, version, a header that is a Python literal, numbers) and `.npz`, a zip of them. */
import { damaged } from '../damaged.ts';
import type { LazyCheckpoint, LazyTensor } from '../lazy-tensor.ts';
import { ByteReader } from '../reading/byte-reader.ts';
import type { Reading, Region } from '../reading/region.ts';
import { checkTensorName } from '../tensor-name.ts';
import type { ZipArchive } from '../zip/zip-archive.ts';
import { numpyTensor } from './numpy-tensor.ts';
import type { NumpyContent } from './numpy-tensor.ts';
import { parseNumpyType } from './numpy-value.ts';

const WHERE = 'readNumpy';
const MAGIC = '\u0093NUMPY';
const PREFIX_BYTES = 12;
const MAXIMUM_HEADER = 65_536;
const NEWEST_VERSION = 3;
const SUFFIX = '.npy';
/** `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`, in any order. */
const DESCRIPTION = /'descr'\s*:\s*'([^'\\]{1,40})'/;
const ORDER = /'fortran_order'\s*:\s*(True|False)/;
const SHAPE = /'shape'\s*:\s*\(([\dL, ]{0,1000})\)/;
const SIZE = /^(\d{1,16})L?$/;

function sizeOf(text: string): number {
  const digits = SIZE.exec(text)?.[1];
  return digits === undefined ? damaged(WHERE, { expected: 'sizes in the shape', got: text }) : Number(digits);
}

function parseHeader(text: string, region: Region): NumpyContent {
  const [description, order, shape] = [DESCRIPTION, ORDER, SHAPE].map((pattern) => pattern.exec(text)?.[1]);
  if (!text.trim().startsWith('{') || description === undefined || order === undefined || shape === undefined) {
    damaged(WHERE, { expected: "a header with 'descr', 'fortran_order' and 'shape' of an array of numbers", got: text.trim() });
  }
  const sizes = shape.split(',').map((size) => size.trim()).filter((size) => size !== '');
  return { type: parseNumpyType(description), shape: sizes.map(sizeOf), columnMajor: order === 'True', region };
}

/** The array in a `.npy` file. */
export function* readNpyContent(region: Region): Reading<NumpyContent> {
  const reader = new ByteReader(WHERE, yield* region.read(0, Math.min(region.size, PREFIX_BYTES)));
  const magic = reader.latin1(MAGIC.length);
  const version = reader.u8();
  reader.u8();
  if (magic !== MAGIC || version < 1 || version > NEWEST_VERSION) damaged(WHERE, { expected: 'a .npy file of version 1 to 3', got: 'other bytes' });
  const length = version === 1 ? reader.u16() : reader.u32();
  if (length > MAXIMUM_HEADER) damaged(WHERE, { expected: `a header of at most ${MAXIMUM_HEADER} bytes`, got: `${length}` });
  const header = new ByteReader(WHERE, yield* region.read(reader.position, length));
  const start = reader.position + length;
  return parseHeader(header.text(length), region.part(start, region.size - start));
}

/** A `.npy` file as a checkpoint of one tensor without a name. */
export function* readNpy(region: Region): Reading<LazyCheckpoint> {
  return { tensors: new Map([['', numpyTensor('the array', yield* readNpyContent(region))]]), scalars: new Map(), skipped: new Map() };
}

/** The arrays of a `.npz` file by name. Compressed ones are inflated when they are loaded. */
export function* readNpz(archive: ZipArchive): Reading<LazyCheckpoint> {
  const tensors = new Map<string, LazyTensor>();
  const skipped = new Map<string, string>();
  for (const entry of archive.entries.keys()) {
    const name = entry.slice(0, -SUFFIX.length);
    checkTensorName(WHERE, name);
    const content = yield* readNpyContent(yield* archive.open(entry));
    if (content.type.dataType === undefined) {
      skipped.set(name, `an array of ${content.type.kind}`);
      continue;
    }
    const { dtype, shape, open } = numpyTensor(name, content);
    const again = function* again(): Reading<LazyTensor> {
      return numpyTensor(name, yield* readNpyContent(yield* archive.open(entry)));
    };
    const load = function* load(): Reading<Uint8Array> {
      return yield* (yield* again()).load();
    };
    const reopen = function* reopen(): Reading<Region> {
      return yield* ((yield* again()) as Required<LazyTensor>).open();
    };
    tensors.set(name, open === undefined ? { dtype, shape, load } : { dtype, shape, load, open: reopen });
  }
  return { tensors, scalars: new Map(), skipped };
}
