import { ShapeError, bindAxes } from '@mfim/tensor-contracts';
import type { Shape } from '@mfim/tensor-contracts';
import { expect, expectTypeOf, test } from 'vitest';

test('binds names across arguments', () => {
  const sizes = bindAxes('f', { x: { shape: [2, 8, 4] }, s: { shape: [2, 8] } }, { x: 'batch in 4', s: 'batch in' });
  expect(Object.fromEntries(sizes)).toMatchObject({ batch: 2, in: 8 });
});

test.each([
  ['rank', { x: { shape: [2] } }, { x: 'batch in' }, /x with axes \[batch, in\], got shape \[2\]/],
  ['fixed size', { x: { shape: [2, 3] } }, { x: 'batch 4' }, /axis '4' of x to be 4, got 3/],
  ['conflict', { x: { shape: [2] }, y: { shape: [3] } }, { x: 'batch', y: 'batch' }, /to be 2, got 3/],
  ['absent', {}, { x: 'batch' }, /got nothing/],
])('refuses a wrong %s', (_, tensors, spec, message) => {
  const call = () => bindAxes('f', tensors as never, spec as never);
  expect(call).toThrow(ShapeError);
  expect(call).toThrow(message);
});

test('axes are types', () => {
  expectTypeOf<Shape<'batch 512'>>().toEqualTypeOf<readonly [number, 512]>();
});
