import { existsSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { openCheckpoint, readPyTorch, toFloat32 } from '../src/index.ts';

const weights = new URL('../../../../shared/data/weights/', import.meta.url);
const absent = !existsSync(weights);

// The published files are not part of the repository; where they do not lie beside the checkout, there is nothing to read.
describe.skipIf(absent)('published checkpoints (skipped without ../shared/data beside the checkout)', () => {
  test.each([
    { file: 'mobilefacenet/mobilefacenet.pt', count: 307, name: 'conv1.0.weight', shape: [64, 3, 3, 3] },
    { file: 'lpips/squeezenet1_1-features.pth', count: 50, name: '3.squeeze.weight', shape: [16, 64, 1, 1] },
    { file: 'lpips/v0.1-squeeze.pth', count: 7, name: 'lin0.model.1.weight', shape: [1, 64, 1, 1] },
    { file: 'lpips/v0.1-alex.pth', count: 5, name: 'lin1.model.1.weight', shape: [1, 192, 1, 1] },
    { file: 'lpips/v0.1-vgg.pth', count: 5, name: 'lin4.model.1.weight', shape: [1, 512, 1, 1] },
    { file: '3ddfa-v2/mb05_120x120.pth', count: 166, name: 'state_dict.module.conv1.weight', shape: [16, 3, 3, 3] },
  ])('$file', ({ file, count, name, shape }) => {
    const { tensors } = readPyTorch(readFileSync(new URL(file, weights)));
    expect(tensors.size).toBe(count);
    expect(tensors.get(name)?.shape).toEqual(shape);
    for (const tensor of tensors.values()) expect(toFloat32(tensor).every(Number.isFinite)).toBe(true);
  });

  test('a pickle of NumPy arrays, as an open file', async () => {
    const handle = await open(new URL('3ddfa-v2/param_mean_std_62d_120x120.pkl', weights));
    const { format, tensors } = await openCheckpoint(handle);
    expect(format).toBe('pickle');
    expect([...tensors].map(([name, { shape, dtype }]) => [name, shape, dtype])).toEqual([['mean', [62], 'F32'], ['std', [62], 'F32']]);
    expect(toFloat32(await tensors.get('std')!.read()).every((value) => value > 0)).toBe(true);
    await handle.close();
  });
});
