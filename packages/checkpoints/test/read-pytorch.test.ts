import { zipSync } from 'fflate';
import { InputError } from '@mfim/tensor-contracts';
import { describe, expect, test } from 'vitest';
import { readPyTorch, subState, toFloat32 } from '../src/index.ts';
import { PythonCall, TorchTensor, torchLegacy, torchZip } from './torch-file.ts';
import type { TorchValue } from './torch-file.ts';

const storage = Float32Array.from({ length: 12 }, (_, index) => index);
const checkpoint = new Map<string, TorchValue>([
  ['g_ema', new Map([['conv.weight', new TorchTensor(storage, [3, 4])]])],
  ['latent_avg', new TorchTensor(storage, [2, 2], { offset: 4 })],
  ['transposed', new TorchTensor(storage, [4, 3], { strides: [1, 4] })],
  ['scalar', new TorchTensor(storage, [], { offset: 7 })],
  ['args', new Map<string, TorchValue>([['size', 1024], ['name', 'face'], ['augment', false], ['sizes', [1, 2]]])],
]);

describe.each([
  ['zip', torchZip(checkpoint)],
  ['deflated zip', torchZip(checkpoint, 6)],
  ['legacy', torchLegacy(checkpoint)],
])('readPyTorch, %s', (_, file) => {
  const { tensors, scalars } = readPyTorch(file);

  test('flattens nested dictionaries to dotted names', () => {
    expect([...tensors.keys()]).toEqual(['g_ema.conv.weight', 'latent_avg', 'transposed', 'scalar']);
    expect(tensors.get('g_ema.conv.weight')).toMatchObject({ dtype: 'F32', shape: [3, 4] });
    expect([...scalars]).toEqual([
      ['args.size', 1024],
      ['args.name', 'face'],
      ['args.augment', false],
      ['args.sizes.0', 1],
      ['args.sizes.1', 2],
    ]);
  });

  test('follows offsets and strides', () => {
    expect([...toFloat32(tensors.get('latent_avg')!)]).toEqual([4, 5, 6, 7]);
    expect([...toFloat32(tensors.get('transposed')!)]).toEqual([0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]);
    expect([...toFloat32(tensors.get('scalar')!)]).toEqual([7]);
  });

  test('every truncation is refused', () => {
    for (let length = 0; length < file.length; length += 7) {
      expect(() => readPyTorch(file.subarray(0, length))).toThrow(InputError);
    }
  });
});

test('subState takes one part, and names the parts when there is no such one', () => {
  const { tensors } = readPyTorch(torchZip(checkpoint));
  expect([...subState(tensors, 'g_ema').keys()]).toEqual(['conv.weight']);
  expect(() => subState(tensors, 'state_dict')).toThrow('got g_ema, latent_avg');
});

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);

function refuses(value: TorchValue, message: string): void {
  for (const file of [torchZip(value), torchLegacy(value)]) {
    expect(() => readPyTorch(file)).toThrow(InputError);
    expect(() => readPyTorch(file)).toThrow(message);
  }
}

/** A legacy file whose object is this pickle. */
function legacyWith(body: readonly number[]): Uint8Array {
  const whole = torchLegacy(null);
  // The object's pickle, `80 02 4e 2e`, is the only one that holds None.
  const at = whole.findIndex((_, index) => [0x80, 2, 0x4e, 0x2e].every((byte, step) => whole[index + step] === byte));
  return Uint8Array.from([...whole.subarray(0, at + 2), ...body, ...whole.subarray(at + 3)]);
}

describe('readPyTorch refuses', () => {
  test.each([
    ['os', 'system'],
    ['builtins', 'eval'],
    ['numpy', 'load'],
    ['torch', 'load'],
    ['torch', '__proto__'],
  ])('the global %s.%s, by name', (module, name) => {
    refuses([new PythonCall(module, name)], JSON.stringify(`${module}.${name}`));
  });

  test('names that reach the prototype', () => {
    refuses(new Map([['__proto__', 1]]), '__proto__');
    refuses(new Map([['a.__proto__.b', 1]]), '__proto__');
  });

  test('windows that leave their storage', () => {
    refuses(new TorchTensor(storage, [13]), 'inside its storage');
    refuses(new TorchTensor(storage, [2, 2], { offset: 10 }), 'inside its storage');
    refuses(new TorchTensor(storage, [65536, 65536, 65536, 65536], { strides: [0, 0, 0, 0] }), 'inside its storage');
  });

  test('tensors whose strides claim far more than the file holds', () => {
    refuses(new TorchTensor(storage, [30_000, 30_000], { strides: [0, 0] }), '.contiguous()');
  });

  test('values that are nested beyond all use', () => {
    let nested: TorchValue = 1;
    for (let level = 0; level < 40; level += 1) nested = [nested];
    refuses(nested, '32 levels');
  });

  test('a list that contains itself, and one that doubles at every level', () => {
    expect(() => readPyTorch(legacyWith([0x5d, 0x71, 0, 0x68, 0, 0x61]))).toThrow('32 levels');
    const doubled = Array.from({ length: 30 }, () => [0x32, 0x86]).flat();
    expect(() => readPyTorch(legacyWith([0x5d, ...doubled]))).toThrow('500000 values');
  });

  test('what is no checkpoint at all', () => {
    expect(() => readPyTorch(encode('version https://git-lfs.github.com/spec/v1'))).toThrow('pass a .pt or .pth file');
    expect(() => readPyTorch(new Uint8Array())).toThrow(InputError);
    expect(() => readPyTorch(zipSync({ 'readme.txt': encode('hello') }))).toThrow('data.pkl');
    expect(() => readPyTorch(Uint8Array.of(0x80, 2, 0x4e, 0x2e))).toThrow('made by torch.save');
  });
});
