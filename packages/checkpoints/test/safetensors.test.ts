import fc from 'fast-check';
import { InputError, ShapeError } from '@mfim/tensor-contracts';
import { describe, expect, test } from 'vitest';
import { DATA_TYPE_BYTES, fromFloat32, readSafetensors, safetensorsHeader, toFloat32, toFloat32State, writeSafetensors } from '../src/index.ts';
import type { DataType, RawTensor } from '../src/index.ts';

/** A file from a header as text and the number of data bytes. */
function fileOf(header: string, dataBytes = 0): Uint8Array {
  const text = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + text.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(text.length), true);
  file.set(text, 8);
  return file;
}

const entry = (offsets: readonly [number, number], shape = [4], dtype = 'U8'): object => ({ dtype, shape, data_offsets: offsets });

const rawTensor: fc.Arbitrary<RawTensor> = fc
  .record({
    dtype: fc.constantFrom(...(Object.keys(DATA_TYPE_BYTES) as DataType[])),
    shape: fc.array(fc.nat(4), { maxLength: 4 }),
  })
  .chain(({ dtype, shape }) => {
    const size = shape.reduce((product, side) => product * side, 1) * DATA_TYPE_BYTES[dtype];
    return fc.uint8Array({ minLength: size, maxLength: size }).map((data) => ({ dtype, shape, data }));
  });
const tensorName = fc.string({ unit: 'grapheme' }).filter((name) => name !== '__metadata__' && !name.includes('__proto__'));

describe('safetensors', () => {
  test('law: read(write(x)) is x', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(tensorName, rawTensor), { maxLength: 8 }),
        fc.array(fc.tuple(fc.string(), fc.string()), { maxLength: 3 }),
        (tensors, metadata) => {
          const [wanted, notes] = [new Map(tensors), new Map(metadata)];
          const read = readSafetensors(writeSafetensors(wanted, notes));
          expect(new Map(read.tensors)).toEqual(wanted);
          expect(new Map(read.metadata)).toEqual(notes);
        },
      ),
    );
  });

  test('law: equal content gives equal bytes, in any order', () => {
    const [one, two] = [fromFloat32({ data: Float32Array.of(1), shape: [1] }), fromFloat32({ data: Float32Array.of(2), shape: [1] }, 'F16')];
    const forward = writeSafetensors(new Map([['one', one], ['two', two]]));
    const backward = writeSafetensors(new Map([['two', two], ['one', one]]));
    expect(forward).toEqual(backward);
  });

  test('law: the header, then the tensors in its order, is the whole file', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(tensorName, rawTensor), { maxLength: 8 }), (list) => {
        const tensors = new Map(list);
        const { bytes, names } = safetensorsHeader(tensors);
        const file = Buffer.concat([bytes, ...names.map((name) => (tensors.get(name) as RawTensor).data)]);
        expect(Buffer.compare(file, writeSafetensors(tensors))).toBe(0);
      }),
    );
  });

  test('the bytes of a known file', () => {
    // Written by Python: safetensors.numpy.save({'a': np.array([1., 2.], np.float32)}).
    const header = '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
    const data = new Uint8Array(Float32Array.of(1, 2).buffer);
    const padded = fileOf(header.padEnd(56), 8);
    padded.set(data, 8 + 56);
    expect(writeSafetensors(new Map([['a', fromFloat32({ data: Float32Array.of(1, 2), shape: [2] })]]))).toEqual(padded);
  });

  test.each([
    ['no bytes', new Uint8Array()],
    ['a header above the limit', Uint8Array.from([255, 255, 255, 255, 255, 255, 255, 127, 0x7b, 0x7d])],
    ['a header beyond the file', Uint8Array.from([3, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0x7d])],
    ['no JSON', fileOf('{"a":')],
    ['invalid UTF-8', Uint8Array.from([3, 0, 0, 0, 0, 0, 0, 0, 0x7b, 0xff, 0x7d])],
    ['a list', fileOf('[]')],
    ['space before the object', fileOf(' {}')],
    ['an unknown number format', fileOf(JSON.stringify({ a: entry([0, 4], [4], 'F8') }), 4)],
    ['an inherited name as number format', fileOf(JSON.stringify({ a: entry([0, 4], [4], 'toString') }), 4)],
    ['an unknown field', fileOf(JSON.stringify({ a: { ...entry([0, 4]), extra: 1 } }), 4)],
    ['a negative size', fileOf(JSON.stringify({ a: entry([0, 4], [-4]) }), 4)],
    ['a fraction', fileOf(JSON.stringify({ a: entry([0, 4], [1.5]) }), 4)],
    ['a size that overflows', fileOf(JSON.stringify({ a: entry([0, 4], [2 ** 40, 2 ** 40]) }), 4)],
    ['too few bytes for the shape', fileOf(JSON.stringify({ a: entry([0, 3]) }), 3)],
    ['overlap', fileOf(JSON.stringify({ a: entry([0, 4]), b: entry([0, 4]) }), 4)],
    ['a hole', fileOf(JSON.stringify({ a: entry([0, 4]), b: entry([5, 9]) }), 9)],
    ['a start that is not 0', fileOf(JSON.stringify({ a: entry([4, 8]) }), 8)],
    ['data after the last tensor', fileOf(JSON.stringify({ a: entry([0, 4]) }), 5)],
    ['data cut off', fileOf(JSON.stringify({ a: entry([0, 4]) }), 3)],
    ['metadata that is not text', fileOf('{"__metadata__":{"a":1}}')],
    ['a name that reaches the prototype', fileOf('{"__proto__":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}')],
    ['a part of a name that does', fileOf('{"a.__proto__.b":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}')],
  ])('refuses %s', (_, file) => {
    expect(() => readSafetensors(file)).toThrow(InputError);
    expect(Object.hasOwn(Object.prototype, 'dtype')).toBe(false);
  });

  test('the writer refuses data that does not fill the shape, and the reserved name', () => {
    const tensor: RawTensor = { dtype: 'F32', shape: [2], data: new Uint8Array(7) };
    expect(() => writeSafetensors(new Map([['a', tensor]]))).toThrow(ShapeError);
    expect(() => writeSafetensors(new Map([['__metadata__', { ...tensor, data: new Uint8Array(8) }]]))).toThrow(ShapeError);
  });
});

describe('float32', () => {
  test.each([
    ['F64', new Uint8Array(Float64Array.of(1.5, -2).buffer)],
    ['F32', new Uint8Array(Float32Array.of(1.5, -2).buffer)],
    ['F16', new Uint8Array(Uint16Array.of(0x3e00, 0xc000).buffer)],
    ['BF16', new Uint8Array(Uint16Array.of(0x3fc0, 0xc000).buffer)],
  ] as const)('%s', (dtype, data) => {
    expect([...toFloat32({ dtype, shape: [2], data })]).toEqual([1.5, -2]);
  });

  test.each([
    ['I64', new Uint8Array(BigInt64Array.of(3n, -4n).buffer), [3, -4]],
    ['I32', new Uint8Array(Int32Array.of(3, -4).buffer), [3, -4]],
    ['U8', Uint8Array.of(3, 252), [3, 252]],
  ] as const)('%s', (dtype, data, numbers) => {
    expect([...toFloat32({ dtype, shape: [2], data })]).toEqual(numbers);
  });

  test('data at any offset, and in a Node Buffer', () => {
    const bytes = new Uint8Array(9);
    bytes.set(new Uint8Array(Float32Array.of(1, 2).buffer), 1);
    expect([...toFloat32({ dtype: 'F32', shape: [2], data: bytes.subarray(1) })]).toEqual([1, 2]);
    expect([...toFloat32({ dtype: 'F32', shape: [2], data: Buffer.from(bytes.buffer, 1, 8) })]).toEqual([1, 2]);
  });

  test('a wrong length is refused', () => {
    expect(() => toFloat32({ dtype: 'F32', shape: [2], data: new Uint8Array(4) })).toThrow(ShapeError);
    expect(() => fromFloat32({ data: new Float32Array(3), shape: [2] })).toThrow(ShapeError);
  });

  test('a whole state', () => {
    const state = toFloat32State(new Map([['a', { dtype: 'U8', shape: [1], data: Uint8Array.of(9) }]]));
    expect(state.get('a')).toEqual({ shape: [1], data: Float32Array.of(9) });
  });
});
