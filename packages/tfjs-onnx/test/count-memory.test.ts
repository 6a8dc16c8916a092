/** Memory counted with shapes alone, against what is known and against what tfjs measures. */
import '@tensorflow/tfjs';
import { InputError } from '@mfim/tensor-contracts';
import { countMemory } from '@mfim/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';

beforeAll(() => tf.setBackend('cpu'));

const FLOAT = 4;
const of = (...shape: number[]): tf.Tensor => tf.fill(shape, 1);

test('smoke and value: two operands and their sum', () => {
  const { peak, outside } = countMemory(() => { tf.add(of(10, 10), of(10, 10)); });
  expect([peak, outside]).toEqual([3 * 100 * FLOAT, 0]);
});

test('value: what is disposed is free again; integers and booleans have their sizes', () => {
  const chain = countMemory(() => {
    let x = of(100);
    for (let step = 0; step < 5; step += 1) {
      const next = tf.square(x);
      x.dispose();
      x = next;
    }
  });
  expect(chain.peak).toBe(2 * 100 * FLOAT);
  expect(countMemory(() => { tf.fill([100], 1, 'int32'); tf.zeros([100], 'bool'); }).peak).toBe(100 * FLOAT + 100);
});

test('value: clones, reshapes and casts to the same type take nothing, other casts do', () => {
  const { peak, profiled } = countMemory(() => {
    const x = of(10, 10);
    tf.cast(tf.expandDims(tf.reshape(tf.clone(x), [100])), 'float32');
    x.dispose();
  });
  expect(peak).toBe(100 * FLOAT);
  expect(profiled).toBe(5 * 100 * FLOAT);
  expect(countMemory(() => { tf.cast(of(100), 'int32'); }).peak).toBe(2 * 100 * FLOAT);
});

test('value: the peak of a phase is what is taken while it is open', () => {
  const { peak, phases } = countMemory(() => {
    const x = of(100);
    tf.tidy('first', () => { tf.add(tf.square(x), x); });
    tf.tidy('second', () => { tf.square(x); });
  }, ['first', 'second', 'absent']);
  expect([...phases]).toEqual([['first', 3 * 100 * FLOAT], ['second', 2 * 100 * FLOAT], ['absent', 0]]);
  expect(peak).toBe(3 * 100 * FLOAT);
});

test('tensors from outside count once, stay as they are, and may be cloned and disposed of as clones', () => {
  const weight = tf.tensor1d([1, 2, 3]);
  const { peak, outside } = countMemory(() => {
    const copy = tf.clone(weight);
    tf.mul(copy, weight);
    copy.dispose();
  });
  expect([peak, outside]).toEqual([2 * 3 * FLOAT, 3 * FLOAT]);
  expect([...weight.dataSync()]).toEqual([1, 2, 3]);
  expect(tf.getBackend()).toBe('cpu');
});

test('sizes that no machine has', () => {
  const side = 2 ** 20;
  expect(countMemory(() => { tf.matMul(of(side, side), of(side, side)); }).peak).toBe(3 * side ** 2 * FLOAT);
});

describe('error', () => {
  test('an operation whose shapes are not known is named; the backend is as before', () => {
    expect(() => countMemory(() => { tf.fft(tf.complex([1, 2], [3, 4])); })).toThrow(InputError);
    expect(() => countMemory(() => { tf.fft(tf.complex([1, 2], [3, 4])); })).toThrow(/the tfjs kernel Complex/);
    expect(tf.getBackend()).toBe('cpu');
    expect(tf.add(1, 2).dataSync()[0]).toBe(3);
  });

  test('a count in a count is refused', () => {
    expect(() => countMemory(() => { countMemory(() => undefined); })).toThrow(/one count at a time/);
    expect(countMemory(() => { of(1); }).peak).toBe(FLOAT);
  });
});

test('law: convolutions and their gradients have the peak that tf.profile measures', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 4, max: 9 }), fc.integer({ min: 1, max: 3 }), fc.constantFrom(1, 2), async (side, channels, stride) => {
      const run = (): void => {
        const [image, filter] = [of(1, side, side, channels) as tf.Tensor4D, of(3, 3, channels, 2) as tf.Tensor4D];
        tf.grads((x: tf.Tensor, y: tf.Tensor) => tf.sum(tf.leakyRelu(tf.conv2d(x as tf.Tensor4D, y as tf.Tensor4D, stride, 'same'), 0.2)))([image, filter]);
      };
      const start = tf.memory().numBytes;
      const { peakBytes } = await tf.profile(() => { tf.tidy(run); return []; });
      expect(countMemory(run).profiled).toBe(peakBytes - start);
    }),
    { numRuns: 8 },
  );
});
