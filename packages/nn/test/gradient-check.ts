/** Compares tfjs's gradient of a scalar function with central differences at a few entries of x. */
import * as tf from '@tensorflow/tfjs-core';
import { expect } from 'vitest';

const STEP = 1e-2;

/** `f` must be smooth around x (float32: differences are good to about 1e-2). */
export function expectGradient(f: (x: tf.Tensor) => tf.Tensor, x: tf.Tensor, tolerance = 2e-2): void {
  const value = (at: tf.Tensor): number => tf.tidy(() => tf.sum(tf.cast(f(at), 'float32')).dataSync()[0] as number);
  const analytic = tf.grad((at: tf.Tensor) => tf.sum(f(at)))(x).dataSync();
  const start = x.dataSync();
  const scale = Math.max(...analytic.map(Math.abs), 1e-3);
  for (let probe = 0; probe < Math.min(6, x.size); probe += 1) {
    const index = Math.floor((probe * x.size) / 6) % x.size;
    const moved = (by: number): tf.Tensor => {
      const values = Float32Array.from(start);
      values[index] = (values[index] as number) + by;
      return tf.tensor(values, x.shape);
    };
    const numeric = (value(moved(STEP)) - value(moved(-STEP))) / (2 * STEP);
    expect(Math.abs(numeric - (analytic[index] as number)) / scale).toBeLessThan(tolerance);
  }
}
