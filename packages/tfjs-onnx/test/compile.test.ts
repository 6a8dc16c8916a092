/**
 * Compiled functions mean what the functions mean, and refuse what they cannot mean.
 */
import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { InputError } from '@mfim/tensor-contracts';
import fc from 'fast-check';
import * as runtime from 'onnxruntime-node';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compile } from '../src/index.ts';
import type { CompiledFunction, InputSpecs, TracedFunction } from '../src/index.ts';
import { numbers, relativeError } from './run-onnx.ts';

beforeAll(() => tf.setBackend('cpu'));

const opened: CompiledFunction[] = [];

function compiled(fn: TracedFunction, specs: InputSpecs): CompiledFunction {
  const result = compile(fn, specs, { runtime, threads: 1 });
  opened.push(result);
  return result;
}

afterAll(async () => {
  for (const each of opened) await each.release();
});

const tensor = (shape: number[], seed = 1): tf.Tensor => tf.tensor(numbers(shape, seed).data, shape);

describe('a compiled function', () => {
  test('law: gives what the function gives, for every shape that the specs allow, each compiled once', async () => {
    const fn: TracedFunction = ({ x, w }) => ({ y: tf.softmax(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D)), x: tf.sum(x as tf.Tensor, 1) });
    const fast = compiled(fn, { x: { shape: ['rows', 'width'] }, w: { shape: ['width', 3] } });
    const shapes = fc.record({ rows: fc.integer({ min: 1, max: 3 }), width: fc.integer({ min: 1, max: 3 }), seed: fc.nat(50) });
    const seen = new Set<string>();
    await fc.assert(
      fc.asyncProperty(shapes, async ({ rows, width, seed }) => {
        seen.add(`${rows} ${width}`);
        const inputs = { x: tensor([rows, width], seed), w: tensor([width, 3], seed + 1) };
        const [expected, got] = [fn(inputs), await fast(inputs)];
        expect(Object.keys(got)).toEqual(['y', 'x']);
        for (const [name, value] of Object.entries(expected)) {
          expect(got[name]?.shape).toEqual(value.shape);
          expect(relativeError(value.dataSync(), got[name]?.dataSync() ?? [])).toBeLessThan(1e-5);
        }
      }),
      { numRuns: 20 },
    );
    expect(fast.graphs).toHaveLength(seen.size);
    expect(fast.graphs.every(({ nodes, fallbacks }) => nodes > 0 && fallbacks.length === 0)).toBe(true);
  });

  test('compiles gradients, and gradients of gradients', async () => {
    const fn: TracedFunction = ({ x, w }) => {
      const convolve = (image: tf.Tensor): tf.Tensor => tf.tanh(tf.conv2d(image as tf.Tensor4D, w as tf.Tensor4D, 1, 'same'));
      const penalty = (filter: tf.Tensor): tf.Scalar => tf.sum(tf.square(tf.grad((image) => tf.sum(tf.tanh(tf.conv2d(image as tf.Tensor4D, filter as tf.Tensor4D, 1, 'same'))))(x as tf.Tensor)));
      return { first: tf.grad((image) => tf.sum(convolve(image)))(x as tf.Tensor), second: tf.grad(penalty)(w as tf.Tensor) };
    };
    const inputs = { x: tensor([2, 5, 5, 3]), w: tensor([3, 3, 3, 2], 2) };
    const got = await compiled(fn, { x: { shape: [2, 5, 5, 3] }, w: { shape: [3, 3, 3, 2] } })(inputs);
    for (const [name, value] of Object.entries(fn(inputs))) expect(relativeError(value.dataSync(), got[name]?.dataSync() ?? []), name).toBeLessThan(1e-5);
  });

  test('takes and gives whole numbers and truths', async () => {
    const fn: TracedFunction = ({ at, on }) => ({ chosen: tf.gather(tf.range(0, 5), at as tf.Tensor1D), off: tf.logicalNot(on as tf.Tensor) });
    const fast = compiled(fn, { at: { shape: ['n'], dtype: 'int32' }, on: { shape: [2], dtype: 'bool' } });
    const { chosen, off } = await fast({ at: tf.tensor1d([3, 0], 'int32'), on: tf.tensor1d([1, 0], 'bool') });
    expect([chosen?.arraySync(), off?.arraySync(), off?.dtype]).toEqual([[3, 0], [0, 1], 'bool']);
  });

  test('reads a variable again at every call, and keeps a tensor as it was', async () => {
    const [rate, bias] = [tf.variable(tf.scalar(2)), tf.scalar(1)];
    const fast = compiled(({ x }) => ({ y: tf.add(tf.mul(x as tf.Tensor, rate), bias) }), { x: { shape: [] } });
    expect((await fast({ x: tf.scalar(3) }))['y']?.dataSync()[0]).toBe(7);
    rate.assign(tf.scalar(5));
    expect((await fast({ x: tf.scalar(3) }))['y']?.dataSync()[0]).toBe(16);
    expect(fast.graphs).toHaveLength(1);
  });

  test('may be called again before it has answered, leaks no tensors, and works after its release', async () => {
    const fast = compiled(({ x }) => ({ x: tf.neg(x as tf.Tensor) }), { x: { shape: ['n'] } });
    const x = tf.tensor1d([1, 2]);
    const before = tf.memory().numTensors;
    const both = await Promise.all([fast({ x }), fast({ x })]);
    expect(both.map(({ x: negated }) => negated?.arraySync())).toEqual([[-1, -2], [-1, -2]]);
    expect(fast.graphs).toHaveLength(1);
    tf.dispose(both);
    expect(tf.memory().numTensors).toBe(before);
    await fast.release();
    expect((await fast({ x }))['x']?.arraySync()).toEqual([-1, -2]);
  });
});

describe('is refused, by name and with a remedy:', () => {
  const plain = (specs: InputSpecs = { x: { shape: ['batch', 3] } }): CompiledFunction => compiled(({ x }) => ({ y: tf.neg(x as tf.Tensor) }), specs);
  const given = (fn: (x: tf.Tensor) => tf.Tensor): Promise<unknown> => compiled(({ x }) => ({ y: fn(x as tf.Tensor) }), { x: { shape: [2, 3] } })({ x: tensor([2, 3]) });

  test('a feed of another shape or type', async () => {
    await expect(plain()({ x: tensor([2, 4]) })).rejects.toThrow(/input x: expected float32 \[batch, 3\], got float32 \[2, 4\]; reshape/);
    await expect(plain()({ x: tensor([3]) })).rejects.toThrow(/got float32 \[3\]/);
    await expect(plain()({ x: tf.zeros([2, 3], 'int32') })).rejects.toThrow(/got int32 \[2, 3\]/);
    const pair = compiled(({ a, b }) => ({ y: tf.add(a as tf.Tensor, b as tf.Tensor) }), { a: { shape: ['n'] }, b: { shape: ['n'] } });
    await expect(pair({ a: tensor([2]), b: tensor([3]) })).rejects.toThrow(/input b: expected float32 \[n\] \(with n = 2\), got float32 \[3\]/);
  });

  test('a missing or unknown feed', async () => {
    await expect(plain()({ z: tensor([2, 3]) })).rejects.toThrow(/expected the inputs x, got no x, an unknown z/);
  });

  test('NaN in the feeds, unless asked for', async () => {
    const x = tf.tensor2d([1, 2, Number.NaN], [1, 3]);
    await expect(plain()({ x })).rejects.toThrow(/input x: expected numbers, got NaN at item 2 of float32 \[1, 3\]; find .*checkNumbers: false/);
    const careless = compile(({ x: input }) => ({ y: tf.neg(input as tf.Tensor) }), { x: { shape: [1, 3] } }, { runtime, checkNumbers: false });
    opened.push(careless);
    expect((await careless({ x }))['y']?.dataSync()[2]).toBeNaN();
  });

  test('a value that is read while tracing', async () => {
    const read = given((x) => tf.mul(x, tf.max(x).dataSync()[0] ?? 0));
    await expect(read).rejects.toThrow(InputError);
    await expect(read).rejects.toThrow(/^compile at .*compile\.test\.ts:\d+.*a read of a traced tensor float32 \[\] .*tf\.where/);
  });

  test('a shape that depends on data', async () => {
    const masked = given((x) => tf.booleanMaskAsync(x, tf.greater(x, 0)) as unknown as tf.Tensor);
    await expect(masked).rejects.toThrow(/^compile at .*compile\.test\.ts:\d+.*a read of a traced tensor bool \[6\]/);
    await expect(compiled((async ({ x }: Record<string, tf.Tensor>) => ({ y: x })) as never, { x: { shape: [2] } })({ x: tensor([2]) })).rejects.toThrow(/got an asynchronous function; compute with tf/);
    await expect(given((x) => tf.unique(tf.reshape(x, [-1])).values)).rejects.toThrow(/the tfjs kernel Unique of x float32 \[6\]/);
  });

  test('an operation without a rule, with its line and the shapes it was called on', async () => {
    const unknown = given((x) => tf.image.cropAndResize(tf.reshape(x, [1, 2, 3, 1]) as tf.Tensor4D, [[0, 0, 1, 1]], [0], [2, 2]));
    await expect(unknown).rejects.toThrow(/^compile at .*compile\.test\.ts:\d+.*the tfjs kernel CropAndResize of image float32 \[1, 2, 3, 1\].*express it by other tf operations/);
  });

  test('a gradient that tfjs does not have', async () => {
    const second = given((x) => tf.grad((y) => tf.sum(tf.square(tf.grad((z) => tf.sum(tf.leakyRelu(z, 0.2)))(y))))(x));
    await expect(second).rejects.toThrow(/^compile at .*compile\.test\.ts:\d+.*the gradient of the tfjs kernel Greater, which is not registered; import '@tensorflow\/tfjs'/);
  });

  test('random numbers drawn while tracing', async () => {
    await expect(given((x) => tf.add(x, tf.randomNormal([2, 3])))).rejects.toThrow(/random numbers \[2, 3\] as b of the tfjs kernel Add; draw random numbers before the call/);
    await expect(given((x) => tf.dropout(x, 0.5))).rejects.toThrow(/random numbers/);
  });

  test('a result that is no record of tensors', async () => {
    await expect(given(() => 3 as never)).rejects.toThrow(/number under the name/);
    await expect(compiled(({ x }) => x as never, { x: { shape: [] } })({ x: tf.scalar(1) })).rejects.toThrow(/a record of tensors, got a tensor/);
  });

  test('a runtime or a provider that is not there', async () => {
    expect(() => compile(({ x }) => ({ x: x as tf.Tensor }), {}, { runtime: undefined as never })).toThrow(/import \* as runtime/);
    const elsewhere = compile(({ x }) => ({ y: tf.neg(x as tf.Tensor) }), { x: { shape: [1] } }, { runtime, provider: 'nowhere' });
    await expect(elsewhere({ x: tensor([1]) })).rejects.toThrow(/ONNX Runtime's nowhere provider to work here.*provider: 'cpu'/);
  });
});
