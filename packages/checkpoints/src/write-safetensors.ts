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
  checkTensorName(WHERE, name);
  const wanted = elementCount(shape) * DATA_TYPE_BYTES[dtype];
  if (name !== '__metadata__' && data.byteLength === wanted) return;
  throw new ShapeError({
    where: WHERE,
    expected: `${wanted} bytes for '${name}', ${dtype} [${shape.join(', ')}], and a name other than __metadata__`,
    got: `${data.byteLength} bytes`,
    remedy: 'pass data that fills the shape, under a free name',
  });
}

function inFileOrder([firstName, first]: [string, RawTensor], [secondName, second]: [string, RawTensor]): number {
  const byWidth = DATA_TYPE_BYTES[second.dtype] - DATA_TYPE_BYTES[first.dtype];
  if (byWidth !== 0) return byWidth;
  return firstName < secondName ? -1 : 1;
}

/**
 * The file in pieces, header first, without copying the data: for files that are too large to stand in memory twice.
 *
 * @throws ShapeError when a tensor's bytes do not fill its shape.
 */
export function safetensorsPieces(
  tensors: ReadonlyMap<string, RawTensor>,
  metadata: ReadonlyMap<string, string> = new Map(),
): readonly Uint8Array[] {
  const ordered = [...tensors].toSorted(inFileOrder);
  const fields: [string, unknown][] = metadata.size === 0 ? [] : [['__metadata__', Object.fromEntries(metadata)]];
  let size = 0;
  for (const [name, tensor] of ordered) {
    checkTensor(name, tensor);
    const { dtype, shape, data } = tensor;
    fields.push([name, { dtype, shape, data_offsets: [size, size + data.byteLength] }]);
    size += data.byteLength;
  }
  const text = new TextEncoder().encode(JSON.stringify(Object.fromEntries(fields)));
  const headerSize = Math.ceil(text.byteLength / ALIGNMENT) * ALIGNMENT;
  const header = new Uint8Array(ALIGNMENT + headerSize).fill(SPACE, ALIGNMENT);
  new DataView(header.buffer).setBigUint64(0, BigInt(headerSize), true);
  header.set(text, ALIGNMENT);
  return [header, ...ordered.map(([, { data }]) => data)];
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
  const pieces = safetensorsPieces(tensors, metadata);
  const file = new Uint8Array(pieces.reduce((size, piece) => size + piece.byteLength, 0));
  let position = 0;
  for (const piece of pieces) {
    file.set(piece, position);
    position += piece.byteLength;
  }
  return file;
}
