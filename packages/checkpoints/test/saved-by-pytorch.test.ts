/** Files that PyTorch and safetensors wrote themselves; recipe: tools/golden/checkpoints_saved_by_pytorch.py. */
import { describe, expect, test } from 'vitest';
import { readPyTorch, readSafetensors, toBfloat16Bits, toFloat16Bits, toFloat32, writeSafetensors } from '../src/index.ts';
import golden from './saved-by-pytorch.json' with { type: 'json' };

const decode = (text: string): Uint8Array => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

describe.each(['zip', 'legacy'] as const)('torch.save, %s', (format) => {
  const { tensors, scalars } = readPyTorch(decode(golden[format]));

  test('parameters, buffers and namespaces', () => {
    expect([...tensors.keys()].filter((name) => name.startsWith('state_dict.'))).toEqual(
      ['0.weight', '0.bias', '1.weight', '1.bias', '1.running_mean', '1.running_var', '1.num_batches_tracked'].map(
        (name) => `state_dict.${name}`,
      ),
    );
    expect([...toFloat32(tensors.get('state_dict.0.weight')!)]).toEqual(golden.convolution);
    expect(tensors.get('g_ema.weight')?.shape).toEqual([3, 4]);
    expect(tensors.get('empty')).toMatchObject({ shape: [0, 3], data: new Uint8Array() });
    expect(Object.fromEntries(scalars)).toEqual({
      'args.size': 256,
      'args.lr': 0.002,
      'args.name': 'face',
      iteration: 150_000,
    });
  });

  test.each([
    ['transposed', [0, 4, 8, 1, 5, 9, 2, 6, 10, 3, 7, 11]],
    ['tail', [5, 6, 7, 8, 9, 10, 11]],
    ['every_other', [0, 2, 4, 6, 8, 10]],
  ])('view %s', (name, numbers) => {
    expect([...toFloat32(tensors.get(`views.${name}`)!)]).toEqual(numbers);
  });

  test.each([
    ['f64', 'F64', [0, 1]],
    ['f16', 'F16', [0.5, 1.5]],
    ['bf16', 'BF16', [0.5, 1.5]],
    ['i64', 'I64', [0, -1]],
    ['i32', 'I32', [0, -1]],
    ['u8', 'U8', [0, 1]],
    ['bool', 'BOOL', [0, 1]],
  ])('number format %s is %s', (...[name, dtype, numbers]) => {
    const tensor = tensors.get(`types.${name}`)!;
    expect(tensor.dtype).toBe(dtype);
    expect([...toFloat32(tensor)]).toEqual(numbers);
  });
});

test('safetensors reads, and writes byte for byte, what the Python package writes', () => {
  const file = decode(golden.safetensors);
  const { tensors, metadata } = readSafetensors(file);
  expect([...toFloat32(tensors.get('a')!)]).toEqual([1, 1, 1, 1]);
  expect(tensors.get('b')).toMatchObject({ dtype: 'I64', shape: [3] });
  expect(writeSafetensors(tensors, metadata)).toEqual(file);
});

test('half precision rounds as PyTorch does', () => {
  const { values, float16, bfloat16 } = golden.halfPrecision;
  expect(values.map(toFloat16Bits)).toEqual(float16);
  expect(values.map(toBfloat16Bits)).toEqual(bfloat16);
});
