/** From the bytes of a tensor to float32 numbers and back. */
import { ShapeError } from '@mfim/tensor-contracts';
import type { HostTensor } from '@mfim/tensor-contracts';
import { DATA_TYPE_BYTES, elementCount } from './data-type.ts';
import { toBfloat16Bits, toFloat16Bits } from './half-precision.ts';
import type { RawTensor } from './raw-tensor.ts';
import { READ_NUMBER } from './read-number.ts';

const isLittleEndianHost = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** The number formats that float32 numbers can be stored in. */
export type FloatType = 'F32' | 'F16' | 'BF16';

/**
 * The numbers of a tensor, rounded to float32. Always a copy.
 *
 * @throws ShapeError when the data does not have the length that shape and dtype say.
 */
export function toFloat32(tensor: RawTensor): Float32Array {
  const count = elementCount(tensor.shape);
  const width = DATA_TYPE_BYTES[tensor.dtype];
  if (tensor.data.byteLength !== count * width) {
    throw new ShapeError({
      where: 'toFloat32',
      expected: `${count * width} bytes for ${tensor.dtype} [${tensor.shape.join(', ')}]`,
      got: `${tensor.data.byteLength}`,
      remedy: 'pass a tensor as a reader of this package returned it',
    });
  }
  if (tensor.dtype === 'F32' && isLittleEndianHost) return new Float32Array(new Uint8Array(tensor.data).buffer);
  const view = new DataView(tensor.data.buffer, tensor.data.byteOffset, tensor.data.byteLength);
  const read = READ_NUMBER[tensor.dtype];
  return Float32Array.from({ length: count }, (_, index) => read(view, index * width));
}

/** Every tensor as float32 numbers: what the parameter functions of `@mfim/nn` read. */
export function toFloat32State(tensors: ReadonlyMap<string, RawTensor>): ReadonlyMap<string, HostTensor> {
  return new Map([...tensors].map(([name, tensor]) => [name, { shape: tensor.shape, data: toFloat32(tensor) }]));
}

/**
 * A tensor for `writeSafetensors` from float32 numbers; 16-bit formats round to nearest even.
 *
 * @throws ShapeError when the numbers do not fill the shape.
 */
export function fromFloat32({ data, shape }: HostTensor, dtype: FloatType = 'F32'): RawTensor {
  const count = elementCount(shape);
  if (data.length !== count) {
    throw new ShapeError({
      where: 'fromFloat32',
      expected: `${count} numbers for [${shape.join(', ')}]`,
      got: `${data.length}`,
      remedy: 'pass the shape that belongs to the numbers',
    });
  }
  const bytes = new Uint8Array(count * DATA_TYPE_BYTES[dtype]);
  const view = new DataView(bytes.buffer);
  if (dtype === 'F32' && isLittleEndianHost) new Float32Array(bytes.buffer).set(data);
  else if (dtype === 'F32') data.forEach((value, index) => view.setFloat32(index * 4, value, true));
  else {
    const convert = dtype === 'F16' ? toFloat16Bits : toBfloat16Bits;
    data.forEach((value, index) => view.setUint16(index * 2, convert(value), true));
  }
  return { dtype, shape: [...shape], data: bytes };
}
