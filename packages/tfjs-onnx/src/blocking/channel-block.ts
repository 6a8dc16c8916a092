/**
 * Finds out how many channels lie together in the channel blocks of a runtime: by running a small network plainly and in
 * blocks of each size that there is, until the results agree. So an ONNX Runtime whose blocks are others, or that has none
 * (in browsers, on other processors), is simply left alone.
 */
import type { InferenceRuntime } from '@mfim/tensor-contracts';
import type { OnnxModel, OnnxTensor } from '../onnx/model.ts';
import { writeModel } from '../onnx/write-model.ts';
import { blockChannels } from './block-channels.ts';

/** Of AVX-512 and of AVX. */
const BLOCKS = [16, 8];
const CHANNELS = 32;
const SIDE = 5;
const KERNEL = 3;
const TOLERANCE = 1e-4;

/** Numbers without pattern, in [-0.5, 0.5). */
function numbers(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, index) => ((Math.sin(index + 1) * 43_758.5453) % 1) / 2);
}

function constant(name: string, dimensions: readonly number[]): OnnxTensor {
  const data = numbers(dimensions.reduce((total, size) => total * size, 1));
  return { name, type: 'float32', dimensions, data: new Uint8Array(data.buffer) };
}

/** A convolution with computed weights, its activation, and a depthwise one. */
const PROBE: OnnxModel = {
  name: 'channel-block-probe',
  nodes: [
    { name: 'weight', operator: 'Mul', inputs: ['constant', 'style'], outputs: ['weight'], attributes: {} },
    { name: 'conv', operator: 'Conv', inputs: ['x', 'weight', 'bias'], outputs: ['convolved'], attributes: { pads: [1, 1, 1, 1] } },
    { name: 'relu', operator: 'LeakyRelu', inputs: ['convolved'], outputs: ['activated'], attributes: { alpha: { float: 0.2 } } },
    { name: 'filter', operator: 'Conv', inputs: ['activated', 'taps'], outputs: ['y'], attributes: { group: CHANNELS } },
  ],
  initializers: [constant('constant', [CHANNELS, CHANNELS, KERNEL, KERNEL]), constant('bias', [CHANNELS]), constant('taps', [CHANNELS, 1, KERNEL, KERNEL])],
  inputs: [
    { name: 'x', type: 'float32', shape: [1, CHANNELS, SIDE, SIDE] },
    { name: 'style', type: 'float32', shape: [1, CHANNELS, 1, 1] },
  ],
  outputs: [{ name: 'y', type: 'float32', shape: [1, CHANNELS, SIDE - KERNEL + 1, SIDE - KERNEL + 1] }],
  metadata: {},
};

async function result(runtime: InferenceRuntime, file: Uint8Array): Promise<Float32Array | undefined> {
  try {
    const session = await runtime.open(file);
    const x = { data: numbers(CHANNELS * SIDE * SIDE), shape: [1, CHANNELS, SIDE, SIDE] };
    const outputs = await session.run({ x, style: { data: numbers(CHANNELS), shape: [1, CHANNELS, 1, 1] } });
    await session.release();
    return outputs['y']?.data;
  } catch {
    // It has no operators on channel blocks.
    return undefined;
  }
}

/** Channels in a block of this runtime; `undefined` when it has no channel blocks. */
export async function channelBlock(runtime: InferenceRuntime): Promise<number | undefined> {
  const file = writeModel(PROBE);
  const expected = await result(runtime, file);
  if (expected === undefined) return undefined;
  for (const block of BLOCKS) {
    const got = await result(runtime, blockChannels(file, block));
    if (got?.every((value, index) => Math.abs(value - (expected[index] ?? Number.NaN)) < TOLERANCE) === true) return block;
  }
  return undefined;
}
