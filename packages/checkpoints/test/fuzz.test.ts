import fc from 'fast-check';
import { InputError } from '@mfim/tensor-contracts';
import { describe, expect, test } from 'vitest';
import { fromFloat32, readPyTorch, readSafetensors, writeSafetensors } from '../src/index.ts';
import { TorchTensor, torchLegacy, torchZip } from './torch-file.ts';
import type { TorchValue } from './torch-file.ts';

const value = new Map<string, TorchValue>([
  ['weights', new Map([['a', new TorchTensor(new Float32Array(6), [3, 2], { strides: [1, 3] })]])],
  ['rest', [1, 'two', null, true, new TorchTensor(new Float32Array(4), [4])]],
]);
const tensor = fromFloat32({ data: new Float32Array(6), shape: [2, 3] });

/** Random bytes written over random places: the outcome is a value or an InputError. */
function survives(file: Uint8Array, read: (bytes: Uint8Array) => unknown): void {
  const edit = fc.record({ at: fc.nat(file.length - 1), byte: fc.nat(255) });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (edits) => {
      const damaged = file.slice();
      for (const { at, byte } of edits) damaged[at] = byte;
      try {
        read(damaged);
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
      }
    }),
    { numRuns: 1500 },
  );
}

describe('damaged files give a value or an InputError, nothing else', () => {
  test('zip', () => survives(torchZip(value), readPyTorch));
  test('deflated zip', () => survives(torchZip(value, 6), readPyTorch));
  test('legacy', () => survives(torchLegacy(value), readPyTorch));
  test('safetensors', () => {
    const file = writeSafetensors(new Map([['a', tensor], ['b', tensor]]), new Map([['format', 'pt']]));
    survives(file, readSafetensors);
  });

  test('random pickles inside a sound file', () => {
    const whole = [...torchLegacy(null)];
    const start = whole.findIndex((_, index) => [0x80, 2, 0x4e, 0x2e].every((byte, step) => whole[index + step] === byte));
    const opcodes = [0x28, 0x5d, 0x7d, 0x29, 0x4e, 0x32, 0x71, 0x68, 0x85, 0x86, 0x74, 0x61, 0x65, 0x73, 0x75, 0x52, 0x62, 0x51, 0x4b, 0x94, 0x2e];
    const body = fc.array(fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...opcodes) }, fc.nat(255)), { maxLength: 60 });
    fc.assert(
      fc.property(body, (bytes) => {
        const file = Uint8Array.from([...whole.slice(0, start + 2), ...bytes, ...whole.slice(start + 3)]);
        try {
          readPyTorch(file);
        } catch (error) {
          expect(error).toBeInstanceOf(InputError);
        }
      }),
      { numRuns: 1500 },
    );
  });
});
