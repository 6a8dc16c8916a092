import { byteImage, toBytes, toSigned } from '@mfim/tensor-contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';

test('law: bytes survive the way to [-1, 1] and back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 12, maxLength: 12 }), (data) => {
      const image = byteImage(data, { width: 2, height: 2, channels: 3 });
      expect(toBytes(toSigned(image)).data).toEqual(data);
    }),
  );
});

test('alpha is dropped, ends map to ends', () => {
  const signed = toSigned(byteImage(Uint8Array.of(0, 255, 0, 7), { width: 1, height: 1, channels: 4 }));
  expect([...signed.data]).toEqual([-1, 1, -1]);
});

test('out of range values clamp', () => {
  expect([...toBytes({ range: 'unit', data: Float32Array.of(-1, 0.5, 9), width: 1, height: 1, channels: 3 }).data]).toEqual([0, 128, 255]);
});

test('refuses data of another size', () => {
  expect(() => byteImage(new Uint8Array(5), { width: 2, height: 2, channels: 3 })).toThrow(/expected 12 values/);
});
