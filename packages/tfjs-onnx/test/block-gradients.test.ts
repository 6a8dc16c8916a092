/** Gradients of convolutions written for channel blocks are tfjs's. */
import '@tensorflow/tfjs'; // unlike tfjs-core, it registers gradients
import { onnxRuntime } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { channelBlock } from '../src/channel-blocks.ts';
import { readGraph } from '../src/blocking/read-graph.ts';
import { traceToOnnx } from '../src/index.ts';
import type { TracedFunction } from '../src/recording/record-function.ts';
import { expectSame, numbers } from './run-onnx.ts';

const RUNS = 15;
const runtime = onnxRuntime(ort, { name: 'onnxruntime-node', sessionOptions: { intraOpNumThreads: 1, logSeverityLevel: 4 } });
const block = await channelBlock(runtime);
const WITHOUT = block === undefined ? ' (this processor has no channel blocks in ONNX Runtime; on x86-64 it has)' : '';
const choices = { channelBlock: block ?? 0 };

beforeAll(() => tf.setBackend('cpu'));

type Padding = 'same' | 'valid' | 1;

/** A convolution of `width` channels to `outputs`; depthwise ones have no outputs. */
interface Convolution {
  readonly images: readonly [number, number, number, number];
  readonly filter: readonly [number, number, number, number];
  readonly stride: number;
  readonly padding: Padding;
  readonly depthwise: boolean;
}

const rounding = ({ padding }: Convolution): 'floor' | undefined => (padding === 1 ? 'floor' : undefined);

function outputShape(convolution: Convolution): readonly number[] {
  const { images, filter, stride, padding, depthwise } = convolution;
  return tf.backend_util.computeConv2DInfo([...images], [...filter], stride, 1, padding, rounding(convolution), depthwise).outShape;
}

function attributes(convolution: Convolution) {
  const { images, filter, stride, padding } = convolution;
  return { strides: [stride, stride], dilations: [1, 1], pad: padding, dataFormat: 'NHWC', dimRoundingMode: rounding(convolution), filterShape: [...filter], inputShape: [...images] };
}

function gradient(kernel: string, inputs: Record<string, tf.Tensor>, convolution: Convolution): tf.Tensor {
  return tf.engine().runKernel(kernel, inputs, attributes(convolution) as never) as tf.Tensor;
}

const channels = fc.constantFrom(16, 32);
const side = fc.integer({ min: 3, max: 9 });
const padding = fc.constantFrom<Padding>('same', 'valid', 1);

const isSound = (convolution: Convolution): boolean => outputShape(convolution).every((size) => size > 0) && !(convolution.padding === 1 && convolution.filter[0] === 1);

/** Wide enough for blocks of pixels, exactly so or with columns that nothing reads. */
const wide = fc
  .record({ batch: fc.integer({ min: 1, max: 3 }), input: fc.constantFrom(16, 32, 3), output: channels, height: side, width: fc.constantFrom(15, 16, 17, 31, 32, 33, 34), kernel: fc.constantFrom(1, 3), stride: fc.constantFrom(1, 2), padding })
  .map(({ batch, input, output, height, width, kernel, stride, ...rest }): Convolution => ({ images: [batch, height, width, input], filter: [kernel, kernel, input, output], stride, depthwise: false, ...rest }))
  .filter(isSound);

const halving = fc
  .record({ batch: fc.integer({ min: 1, max: 2 }), input: channels, output: channels, height: side, width: side, kernel: fc.constantFrom(1, 2, 3, 4, 5), padding, depthwise: fc.boolean() })
  .map(({ batch, input, output, height, width, kernel, ...rest }): Convolution => ({ images: [batch, height, width, input], filter: [kernel, kernel, input, rest.depthwise ? 1 : output], stride: 2, ...rest }))
  .filter(isSound);

async function operators(fn: TracedFunction, shapes: Readonly<Record<string, readonly number[]>>): Promise<readonly string[]> {
  const { bytes } = await traceToOnnx(fn, { name: 'test', inputs: Object.entries(shapes).map(([name, shape]) => ({ name, shape: [...shape] })), choices });
  return readGraph(bytes).graph.nodes.map(({ operator }) => operator);
}

describe.skipIf(block === undefined)(`gradients on channel blocks${WITHOUT}`, () => {
  test('law: filter gradients, over pixels where sizes allow it', async () => {
    await fc.assert(
      fc.asyncProperty(wide, async (convolution) => {
        const inputs = { x: numbers(convolution.images, 1), dy: numbers(outputShape(convolution), 2) };
        await expectSame({ inputs, fn: ({ x, dy }) => gradient('Conv2DBackpropFilter', { x: x as tf.Tensor, dy: dy as tf.Tensor }, convolution), options: { choices } });
      }),
      { numRuns: RUNS },
    );
  });

  test('law: input gradients of stride 2, and the convolution that pads them', async () => {
    await fc.assert(
      fc.asyncProperty(halving, fc.boolean(), async (convolution, isPadded) => {
        const { images, filter, depthwise } = convolution;
        const inputs = { dy: numbers(outputShape(convolution), 1), filter: numbers(filter, 2), blur: numbers([4, 4, images[3], 1], 3) };
        const kernel = depthwise ? 'DepthwiseConv2dNativeBackpropInput' : 'Conv2DBackpropInput';
        const fn = ({ dy, filter: taps, blur }: Record<string, tf.Tensor>): tf.Tensor => {
          const result = gradient(kernel, { dy: dy as tf.Tensor, filter: taps as tf.Tensor }, convolution);
          return isPadded ? tf.depthwiseConv2d(tf.pad(result as tf.Tensor4D, [[0, 0], [1, 1], [1, 1], [0, 0]]), blur as tf.Tensor4D, 1, 'valid') : result;
        };
        await expectSame({ inputs, fn, options: { choices } });
      }),
      { numRuns: RUNS },
    );
  });

  test('no matrix products, strided slices or transposed convolutions are left', async () => {
    const convolution: Convolution = { images: [2, 33, 33, 32], filter: [3, 3, 32, 16], stride: 2, padding: 'valid', depthwise: false };
    const shapes = { x: convolution.images, dy: outputShape(convolution), filter: convolution.filter };
    const names = await operators(({ x, dy, filter }) => {
      const [images, last] = [x as tf.Tensor, dy as tf.Tensor];
      return { ofFilter: gradient('Conv2DBackpropFilter', { x: images, dy: last }, convolution), ofImages: gradient('Conv2DBackpropInput', { dy: last, filter: filter as tf.Tensor }, convolution) };
    }, shapes);
    expect(names.filter((name) => name === 'MatMul' || name === 'ConvTranspose')).toEqual([]);
    // The last row and column of the input gradient are cut.
    expect(names.filter((name) => name === 'Slice')).toHaveLength(1);
  });
});
