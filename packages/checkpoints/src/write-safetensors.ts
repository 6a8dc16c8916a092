/**
 * Writes a safetensors file: widest number format first, then by name, so that data stays aligned and equal content
 * gives equal bytes; the header is padded with spaces to a multiple of 8.
 */
import { ShapeError } from '@mfim/tensor-contracts';
import { DATA_TYPE_BYTES, elementCount } from './data-type.ts';
import type { RawTensor } from './raw-tensor.ts';
import { checkTensorName } from './tensor-name.ts';

const ALIGNMENT = 8;
const SPACE = 0x20;
const WHERE = 'writeSafetensors';

function checkTensor(name: string, { dtype, shape, data }: RawTensor): void {
  const wanted = bytesOf({ dtype, shape });
  if (data.byteLength === wanted) return;
  throw new ShapeError({
    where: WHERE,
    expected: `${wanted} bytes for '${name}', ${dtype} [${shape.join(', ')}]`,
    got: `${data.byteLength} bytes`,
    remedy: 'pass data that fills the shape',
  });
}

function checkName(name: string): void {
  checkTensorName(WHERE, name);
  if (name !== '__metadata__') return;
  throw new ShapeError({ where: WHERE, expected: 'a name other than __metadata__', got: name, remedy: 'pass the tensor under a free name' });
}

const bytesOf = ({ dtype, shape }: TensorForm): number => elementCount(shape) * DATA_TYPE_BYTES[dtype];

function inFileOrder([firstName, first]: [string, TensorForm], [secondName, second]: [string, TensorForm]): number {
  const byWidth = DATA_TYPE_BYTES[second.dtype] - DATA_TYPE_BYTES[first.dtype];
  if (byWidth !== 0) return byWidth;
  return firstName < secondName ? -1 : 1;
}

/** What the header says of a tensor. */
export type TensorForm = Pick<RawTensor, 'dtype' | 'shape'>;

/** The beginning of a file. */
export interface SafetensorsHeader {
  readonly bytes: Uint8Array;
  /** The tensors in the order in which their bytes follow, little-endian, without gaps. */
  readonly names: readonly string[];
}

/** The header alone: for writing tensors one after the other that are never in memory together. */
export function safetensorsHeader(forms: ReadonlyMap<string, TensorForm>, metadata: ReadonlyMap<string, string> = new Map()): SafetensorsHeader {
  const ordered = [...forms].toSorted(inFileOrder);
  const fields: [string, unknown][] = metadata.size === 0 ? [] : [['__metadata__', Object.fromEntries(metadata)]];
  let size = 0;
  for (const [name, { dtype, shape }] of ordered) {
    checkName(name);
    const end = size + bytesOf({ dtype, shape });
    fields.push([name, { dtype, shape, data_offsets: [size, end] }]);
    size = end;
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(fields)));
  const headerSize = Math.ceil(text.byteLength / ALIGNMENT) * ALIGNMENT;
  const bytes = new Uint8Array(ALIGNMENT + headerSize).fill(SPACE, ALIGNMENT);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(headerSize), true);
  bytes.set(text, ALIGNMENT);
  return { bytes, names: ordered.map(([name]) => name) };
}

/**
 * Writes tensors and metadata as one safetensors file.
 *
 * @throws ShapeError when a tensor's bytes do not fill its shape.
 */
export function writeSafetensors(
  tensors: ReadonlyMap<string, RawTensor>,
  metadata: ReadonlyMap<string, string> = new Map(),
): Uint8Array {
  for (const [name, tensor] of tensors) checkTensor(name, tensor);
  const { bytes, names } = safetensorsHeader(tensors, metadata);
  const pieces = [bytes, ...names.map((name) => (tensors.get(name) as RawTensor).data)];
  const file = new Uint8Array(pieces.reduce((size, piece) => size + piece.byteLength, 0));
  let position = 0;
  for (const piece of pieces) {
    file.set(piece, position);
    position += piece.byteLength;
  }
  return file;
}
