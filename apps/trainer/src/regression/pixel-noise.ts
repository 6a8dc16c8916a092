/**
 * Normal noise for many pixels at once. Each number is one of 4096 quantiles of the distribution, two from one draw of the stream:
 * the largest are 3.7 deviations, the mean of the squares is 1 to four digits, and a pixel takes a tenth of the time of
 * `normal()`, which computes a logarithm, a root and a cosine.
 */
import type { RandomStream } from '../pretraining/random-stream.ts';

const BITS = 12;
const COUNT = 2 ** BITS;
const TWO_TO_32 = 2 ** 32;
/** Beyond it is less than a millionth of the distribution. */
const FARTHEST = 5;
const STEP = 1e-4;

const density = (x: number): number => Math.exp((-x * x) / 2) / Math.sqrt(2 * Math.PI);

/** The middles of `COUNT` equal shares of the distribution, by adding up its density. */
function normalQuantiles(): Float32Array {
  const quantiles = new Float32Array(COUNT);
  let [below, found] = [0, 0];
  for (let step = 0; found < COUNT && step < (2 * FARTHEST) / STEP; step += 1) {
    const x = step * STEP - FARTHEST;
    const share = density(x + STEP / 2) * STEP;
    for (; found < COUNT && (found + 1 / 2) / COUNT <= below + share; found += 1) quantiles[found] = x + (STEP * ((found + 1 / 2) / COUNT - below)) / share;
    below += share;
  }
  return quantiles;
}

const QUANTILES = normalQuantiles();

/** @param values changed in place */
export function addNoise(values: Float32Array, deviation: number, random: RandomStream): void {
  for (let at = 0; at < values.length; at += 2) {
    const draw = random.uniform() * TWO_TO_32;
    values[at]! += deviation * QUANTILES[draw & (COUNT - 1)]!;
    if (at + 1 < values.length) values[at + 1]! += deviation * QUANTILES[draw >>> (32 - BITS)]!;
  }
}
