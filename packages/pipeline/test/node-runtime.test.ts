import { expect, test } from 'vitest';
import { nodeRuntime } from '../src/node.ts';
import { constant, onnxBytes } from './onnx-bytes.ts';

const CHANNELS = 32;
const wave = (length: number) => Float32Array.from({ length }, (_, index) => Math.sin(index * 1.3 + 0.2));

/** A convolution whose weights depend on a style. */
const model = onnxBytes({
  constants: [constant('weight', wave(CHANNELS * CHANNELS * 9), [CHANNELS, CHANNELS, 3, 3])],
  nodes: [
    { op: 'Mul', inputs: ['weight', 'style'], output: 'modulated' },
    { op: 'Conv', inputs: ['x', 'modulated'], output: 'y' },
  ],
  inputs: { x: [1, CHANNELS, 6, 5], style: [1, CHANNELS, 1, 1] },
  outputs: { y: [1, CHANNELS, 4, 3] },
});

test('networks give the same with and without channel blocks', async () => {
  const results = [];
  for (const channelBlocks of [true, false]) {
    const session = await (await nodeRuntime({ threads: 1, channelBlocks })).open(model);
    expect([session.inputs.toSorted(), session.outputs]).toEqual([['style', 'x'], ['y']]);
    const { y } = await session.run({ x: { data: wave(CHANNELS * 30), shape: [1, CHANNELS, 6, 5] }, style: { data: wave(CHANNELS), shape: [1, CHANNELS, 1, 1] } });
    results.push(y!.data);
    await session.release();
  }
  const [blocked, plain] = results as [Float32Array, Float32Array];
  expect(Math.max(...plain.map((value, index) => Math.abs(value - blocked[index]!)))).toBeLessThan(1e-4);
  expect(Math.max(...plain)).toBeGreaterThan(0.5);
});
