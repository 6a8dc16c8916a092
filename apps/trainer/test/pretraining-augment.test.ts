import '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { augment } from '../src/pretraining/augment.ts';
import { colourMatrix, geometryMatrix } from '../src/pretraining/augmentation-matrices.ts';
import { IDENTITY_DRAW, drawAugmentation } from '../src/pretraining/draw-augmentation.ts';
import type { ImageDraw } from '../src/pretraining/draw-augmentation.ts';
import { multiplyMatrices } from '../src/pretraining/multiply-matrices.ts';
import { randomStream } from '../src/pretraining/random-stream.ts';
import { SYMLET_6 } from '../src/pretraining/wavelet-resampling.ts';

const SIZE = 8;
/** Rounding of float32 through doubling, reading and halving; measured 5e-7 at most. */
const ROUNDING = 2e-6;

beforeAll(() => tf.setBackend('cpu'));

const images = (batch: number, size = SIZE): tf.Tensor4D => tf.randomUniform([batch, size, size, 3], -1, 1, 'float32', 3);
const drawn = (change: Partial<ImageDraw>): ImageDraw => ({ ...IDENTITY_DRAW, ...change });
const largest = (tensor: tf.Tensor): number => tf.max(tf.abs(tensor)).dataSync()[0] as number;
const distance = (first: tf.Tensor, second: tf.Tensor): number => largest(tf.sub(first, second));

/** A soft picture, as photos are: what resampling must not harm. */
function soft(size: number): tf.Tensor4D {
  const value = (row: number, column: number, channel: number) => Math.sin((row + channel) / 3) * Math.cos((column - channel) / 4);
  const pixels = Array.from({ length: size }, (_, row) => Array.from({ length: size }, (__, column) => [0, 1, 2].map((channel) => value(row, column, channel))));
  return tf.tensor4d([pixels]);
}

describe('augment', () => {
  test('law: with probability 0 every image stays itself, bit for bit', () => {
    fc.assert(fc.property(fc.integer(), (seed) => {
      const draws = drawAugmentation(randomStream(seed), { batch: 2, probability: 0, size: SIZE });
      const input = images(2);
      expect(augment(input, draws).arraySync()).toEqual(input.arraySync());
    }), { numRuns: 10 });
  });

  test('law: an image without a draw stays itself beside one that turns', () => {
    const input = images(2);
    const output = augment(input, [IDENTITY_DRAW, drawn({ turnBefore: 1, hue: 1 })]);
    expect(distance(tf.slice(output, 0, 1), tf.slice(input, 0, 1))).toBeLessThan(ROUNDING);
    expect(distance(tf.slice(output, 1, 1), tf.slice(input, 1, 1))).toBeGreaterThan(0.1);
  });

  test('law: a plain image stays plain, wherever it is moved', () => {
    fc.assert(fc.property(fc.integer(), (seed) => {
      const [draw] = drawAugmentation(randomStream(seed), { batch: 1, probability: 1, size: SIZE });
      const { brightness: _, contrast: __, lumaFlipped: ___, hue: ____, saturation: _____, ...geometry } = draw as ImageDraw;
      expect(distance(augment(tf.fill([1, SIZE, SIZE, 3], 0.3), [drawn(geometry)]), tf.scalar(0.3))).toBeLessThan(ROUNDING);
    }), { numRuns: 20 });
  });

  test('mirroring, quarter turns and whole shifts land on the pixels', () => {
    const picture = soft(16);
    const inner = (x: tf.Tensor): tf.Tensor => tf.slice(x, [0, 3, 3, 0], [1, 10, 10, 3]);
    // The filter is only nearly symmetric, so a mirrored picture is not exact, here as in the reference: measured 0.031 at most.
    const expectNear = (change: Partial<ImageDraw>, wanted: tf.Tensor): void =>
      expect(distance(inner(augment(picture, [drawn(change)])), inner(wanted))).toBeLessThan(0.05);
    expectNear({ mirrored: true }, tf.reverse(picture, 2));
    expectNear({ quarterTurns: 2 }, tf.reverse(picture, [1, 2]));
    expectNear({ quarterTurns: 1 }, tf.transpose(tf.reverse(picture, 2), [0, 2, 1, 3]));
    const shifted = augment(picture, [drawn({ pixels: [2, 1] })]);
    expect(distance(tf.slice(shifted, [0, 1, 2, 0], [1, 15, 14, 3]), tf.slice(picture, [0, 0, 0, 0], [1, 15, 14, 3]))).toBeLessThan(ROUNDING);
  });

  test('what comes in from outside is the mirror image', () => {
    const picture = images(1);
    const shifted = augment(picture, [drawn({ pixels: [2, 0] })]);
    expect(distance(tf.slice(shifted, [0, 0, 0, 0], [1, SIZE, 2, 3]), tf.reverse(tf.slice(picture, [0, 0, 1, 0], [1, SIZE, 2, 3]), 2))).toBeLessThan(ROUNDING);
  });

  test('gradient by finite differences', () => {
    const draws = drawAugmentation(randomStream(8), { batch: 2, probability: 1, size: 6 });
    const weights = tf.randomNormal([2, 6, 6, 3], 0, 1, 'float32', 4);
    const scalar = (x: tf.Tensor): tf.Scalar => tf.sum(tf.mul(tf.square(augment(x, draws)), weights));
    const at = images(2, 6);
    const direction = tf.randomNormal(at.shape, 0, 1, 'float32', 5);
    const step = 1e-2;
    const slope = tf.sum(tf.mul(tf.grad(scalar)(at), direction)).dataSync()[0] as number;
    const move = (sign: number): number => scalar(tf.add(at, tf.mul(direction, sign * step))).dataSync()[0] as number;
    expect((move(1) - move(-1)) / (2 * step)).toBeCloseTo(slope, 1);
    expect(Math.abs(slope)).toBeGreaterThan(10);
  });

  test('draws for another batch, and images that are too small, are refused', () => {
    expect(() => augment(images(2), [IDENTITY_DRAW])).toThrow(/one draw for each image/);
    expect(() => augment(images(1, 2), [IDENTITY_DRAW])).toThrow(/4 pixels or more/);
    expect(() => augment(tf.zeros([1, 8, 4, 3]), [IDENTITY_DRAW])).toThrow(/size/);
  });
});

describe('matrices', () => {
  const apply = (draw: ImageDraw, colour: readonly number[]): readonly number[] =>
    multiplyMatrices([colourMatrix(draw), [...colour, 1].map((entry) => [entry])]).map(([entry]) => entry as number);
  const colours = fc.tuple(fc.double({ min: -1, max: 1, noNaN: true }), fc.double({ min: -1, max: 1, noNaN: true }), fc.double({ min: -1, max: 1, noNaN: true }));

  test('law: hue and saturation keep grey; no saturation is grey; turning hue there and back changes nothing', () => {
    fc.assert(fc.property(colours, fc.double({ min: -3, max: 3, noNaN: true }), (colour, hue) => {
      const grey = (colour[0] + colour[1] + colour[2]) / 3;
      for (const entry of apply(drawn({ hue, saturation: 2 }), [grey, grey, grey]).slice(0, 3)) expect(entry).toBeCloseTo(grey, 9);
      for (const entry of apply(drawn({ saturation: 0 }), colour).slice(0, 3)) expect(entry).toBeCloseTo(grey, 9);
      const back = apply(drawn({ hue: -hue }), apply(drawn({ hue }), colour).slice(0, 3));
      colour.forEach((entry, index) => expect(back[index]).toBeCloseTo(entry, 9));
    }));
  });

  test('brightness adds, contrast multiplies, a luma flip turns grey over', () => {
    expect(apply(drawn({ brightness: 0.25, contrast: 2 }), [0, 0.1, -0.1]).slice(0, 3)).toEqual([0.5, expect.closeTo(0.7), expect.closeTo(0.3)]);
    expect(apply(drawn({ lumaFlipped: true }), [0.4, 0.4, 0.4])[0]).toBeCloseTo(-0.4, 9);
  });

  test('geometry says where an output pixel comes from', () => {
    const from = (change: Partial<ImageDraw>) => multiplyMatrices([geometryMatrix(drawn(change), 10), [[2], [1], [1]]]).flat().slice(0, 2);
    expect(from({ scale: 2 })).toEqual([1, 0.5]);
    expect(from({ pixels: [3, -1] })).toEqual([-1, 2]);
    expect(from({ shift: [0.1, 0] })).toEqual([1, 1]);
    expect(from({ mirrored: true })).toEqual([-2, 1]);
    expect(from({ stretch: 2 })).toEqual([1, 2]);
  });
});

describe('drawAugmentation', () => {
  const many = 4000;
  const draws = drawAugmentation(randomStream(12), { batch: many, probability: 0.5, size: 64 });
  const share = (is: (draw: ImageDraw) => boolean): number => draws.filter(is).length / many;
  /** Five standard errors of a share over 4000 draws. */
  const near = (value: number) => [value - 0.04, value + 0.04] as const;
  const expectShare = (is: (draw: ImageDraw) => boolean, value: number): void => {
    const [low, high] = near(value);
    expect(share(is)).toBeGreaterThan(low);
    expect(share(is)).toBeLessThan(high);
  };

  test('each transformation happens with the asked probability', () => {
    expectShare(({ scale }) => scale !== 1, 0.5);
    expectShare(({ hue }) => hue !== 0, 0.5);
    expectShare(({ mirrored }) => mirrored, 0.25);
    expectShare(({ quarterTurns }) => quarterTurns !== 0, 0.375);
    expectShare(({ turnBefore, turnAfter }) => turnBefore !== 0 || turnAfter !== 0, 0.5);
  });

  test('strengths are those of the reference', () => {
    const deviation = (values: readonly number[]): number => Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length);
    const used = (of: (draw: ImageDraw) => number): number[] => draws.map(of).filter((value) => value !== 0);
    expect(deviation(used(({ scale }) => Math.log2(scale)))).toBeCloseTo(0.2, 1);
    expect(deviation(used(({ contrast }) => Math.log2(contrast)))).toBeCloseTo(0.5, 1);
    expect(deviation(used(({ saturation }) => Math.log2(saturation)))).toBeCloseTo(1, 0);
    expect(deviation(used(({ shift }) => shift[0]))).toBeCloseTo(0.125, 1);
    expect(Math.max(...draws.map(({ pixels }) => Math.abs(pixels[1])))).toBe(8);
  });

  test('law: the stream\'s place does not depend on p, and a stream goes on from its state', () => {
    fc.assert(fc.property(fc.integer(), fc.double({ min: 0, max: 1, noNaN: true }), (seed, probability) => {
      const [one, other] = [randomStream(seed), randomStream(seed)];
      drawAugmentation(one, { batch: 3, probability, size: SIZE });
      drawAugmentation(other, { batch: 3, probability: 1, size: SIZE });
      expect(one.state()).toEqual(other.state());
      expect(randomStream(one.state()).normal()).toBe(other.normal());
    }));
  });
});

test('the symlet is orthonormal to its even shifts and has six vanishing moments', () => {
  const product = (shift: number): number => SYMLET_6.reduce((sum, entry, index) => sum + entry * (SYMLET_6[index + shift] ?? 0), 0);
  expect(SYMLET_6.reduce((sum, entry) => sum + entry, 0)).toBeCloseTo(Math.SQRT2, 12);
  expect([0, 2, 4, 6, 8, 10].map(product)).toEqual([expect.closeTo(1, 10), ...Array.from({ length: 5 }, () => expect.closeTo(0, 10) as number)]);
  for (let moment = 0; moment < 6; moment += 1) {
    expect(SYMLET_6.reduce((sum, entry, index) => sum + (-1) ** index * entry * (index / 12) ** moment, 0)).toBeCloseTo(0, 9);
  }
});
