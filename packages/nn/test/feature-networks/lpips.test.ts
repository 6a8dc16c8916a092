import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '@mfim/tensor-contracts';
import { beforeAll, describe, expect, test } from 'vitest';
import { SQUEEZE_NET_WIDTHS, lpips, lpipsParameters, squeezeNetTaps } from '../../src/index.ts';
import { maxPoolCeil } from '../../src/feature-networks/squeeze-net.ts';
import { randomHeadsState, randomSqueezeNetState } from './random-state.ts';

let parameters: ReturnType<typeof lpipsParameters>;
beforeAll(async () => {
  await tf.setBackend('cpu');
  parameters = lpipsParameters(randomSqueezeNetState(), randomHeadsState());
});

const image = (seed: number, side = 24): tf.Tensor => tf.randomUniform([2, side, side, 3], -1, 1, 'float32', seed);

const sides = (size: number): number => Math.ceil((size - 3) / 2) + 1;

/** PyTorch's MaxPool2d(3, 2, ceil_mode=True): a window may hang over the end if it starts inside. */
function slowMaxPool(x: tf.Tensor4D): number[][] {
  const [, height, width] = x.shape;
  const rows = tf.squeeze(x, [0, 3]).arraySync() as number[][];
  return Array.from({ length: sides(height) }, (_, row) =>
    Array.from({ length: sides(width) }, (__, column) => {
      const window = rows.slice(row * 2, row * 2 + 3).map((line) => line.slice(column * 2, column * 2 + 3));
      return Math.max(...window.flat());
    }),
  );
}

describe('maxPoolCeil', () => {
  test.each([[8, 8], [7, 7], [8, 7], [7, 8], [3, 3], [4, 4], [31, 16]])('equals the definition at %d x %d', (...[height, width]) => {
    const x = tf.randomUniform([1, height, width, 1], 0, 1, 'float32', 4) as tf.Tensor4D;
    expect(tf.squeeze(maxPoolCeil(x), [0, 3]).arraySync()).toEqual(slowMaxPool(x));
  });
});

describe('squeezeNetTaps', () => {
  test('shape: seven taps', () => {
    const taps = squeezeNetTaps(parameters.trunk, image(1, 64));
    expect(taps.map((tap) => tap.shape[3])).toEqual([...SQUEEZE_NET_WIDTHS]);
    // torchvision at 64: 31, then ceil-mode pooling to 15, 7, 3.
    expect(taps.map((tap) => tap.shape[1])).toEqual([31, 15, 7, 3, 3, 3, 3]);
  });

  test('error: images that leave no pixel, and wrong channels', () => {
    expect(squeezeNetTaps(parameters.trunk, tf.zeros([1, 17, 17, 3])).at(-1)?.shape).toEqual([1, 1, 1, 512]);
    expect(() => squeezeNetTaps(parameters.trunk, tf.zeros([1, 16, 64, 3]))).toThrow('17 pixels');
    expect(() => squeezeNetTaps(parameters.trunk, tf.zeros([1, 64, 64, 1]))).toThrow(ShapeError);
  });
});

describe('lpips', () => {
  test('law: d(x, x) = 0, d(x, y) = d(y, x) > 0', () => {
    const [first, second] = [image(1), image(2)];
    expect([...lpips(parameters, first, first).dataSync()]).toEqual([0, 0]);
    const there = lpips(parameters, first, second).dataSync();
    const back = lpips(parameters, second, first).dataSync();
    expect(there).toHaveLength(2);
    there.forEach((value, index) => {
      expect(value).toBeGreaterThan(0);
      expect(value).toBeCloseTo(back[index]!, 6);
    });
  });

  test('law: the pairs of a batch do not touch each other', () => {
    const [first, second] = [image(1), image(2)];
    const both = lpips(parameters, first, second).dataSync();
    const alone = lpips(parameters, tf.slice(first, 1), tf.slice(second, 1)).dataSync();
    expect(alone[0]).toBeCloseTo(both[1]!, 6);
  });

  test('gradient: equals the finite difference along it', () => {
    const [first, second] = [image(1), image(2)];
    const distance = (x: tf.Tensor): tf.Scalar => tf.sum(lpips(parameters, x, second));
    const gradient = tf.grad(distance)(first);
    const length = tf.norm(gradient).dataSync()[0]!;
    const step = tf.mul(gradient, 0.02 / length);
    const slope = (distance(tf.add(first, step)).dataSync()[0]! - distance(tf.sub(first, step)).dataSync()[0]!) / 0.04;
    expect(slope / length).toBeCloseTo(1, 1);
  });

  test('gradient: finite where all features are zero', () => {
    const dark = randomSqueezeNetState();
    const stem = dark.get('0.bias')!;
    const heads = randomHeadsState();
    const silent = lpipsParameters(new Map([...dark, ['0.bias', { ...stem, data: stem.data.map(() => -100) }]]), heads);
    const gradient = tf.grad((x: tf.Tensor) => tf.sum(lpips(silent, x, image(2))))(image(1));
    expect(gradient.dataSync().every(Number.isFinite)).toBe(true);
  });

  test('error: images of different size; heads of another trunk', () => {
    expect(() => lpips(parameters, image(1), image(1, 32))).toThrow(ShapeError);
    const heads = new Map([...randomHeadsState(), ['lin6.model.1.weight', { shape: [1, 256, 1, 1], data: new Float32Array(256) }]]);
    expect(() => lpipsParameters(randomSqueezeNetState(), heads)).toThrow('512 weights');
    expect(() => lpipsParameters(new Map(), randomHeadsState())).toThrow('weight 0.bias');
  });
});
