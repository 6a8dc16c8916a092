/**
 * Reads images at affinely moved places, bilinearly, from a plane that repeats endlessly.
 *
 * tfjs has no usable gradient here: that of `gather` adds up in a loop over all rows on some engines. Reading is linear in the
 * image, so its gradient is written by hand as scattering, and the gradient of scattering is reading again: any order exists.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { Matrix } from './multiply-matrices.ts';

/** What to read. */
export interface AffineSampling {
  /** One for each image: output place (right, down, 1) in samples to the place in the plane, its first two rows. */
  readonly matrices: readonly Matrix[];
  /** Side of the output. */
  readonly size: number;
}

/** Four neighbours of every output place: their rows in the flattened planes [n], and their weights [n, 1]. */
interface Neighbours {
  readonly rows: readonly tf.Tensor1D[];
  readonly weights: readonly tf.Tensor2D[];
}

/** A whole number into 0 .. period - 1; half a sample keeps rounding errors away from the borders. */
function wrapped(places: tf.Tensor, period: number): tf.Tensor {
  return tf.sub(places, tf.mul(tf.floor(tf.div(tf.add(places, 0.5), period)), period));
}

/** The two neighbours along one axis: whole positions and weights, each [batch, n]. */
function along(places: tf.Tensor, period: number) {
  const below = tf.floor(places);
  const share = tf.sub(places, below);
  return [
    { position: tf.cast(wrapped(below, period), 'int32'), weight: tf.sub(1, share) },
    { position: tf.cast(wrapped(tf.add(below, 1), period), 'int32'), weight: share },
  ] as const;
}

/** Places in the plane, right and down, each [batch, size * size]. */
function placesOf({ matrices, size }: AffineSampling): readonly [tf.Tensor, tf.Tensor] {
  const steps = tf.range(0, size);
  const right = tf.reshape(tf.tile(tf.reshape(steps, [1, size]), [size, 1]), [1, -1]);
  const down = tf.reshape(tf.tile(tf.reshape(steps, [size, 1]), [1, size]), [1, -1]);
  const row = (index: 0 | 1): tf.Tensor => {
    const entry = (column: number) => tf.tensor2d(matrices.map((matrix) => [matrix[index]?.[column] as number]), [matrices.length, 1]);
    return tf.add(tf.add(tf.mul(entry(0), right), tf.mul(entry(1), down)), entry(2));
  };
  return [row(0), row(1)];
}

function neighboursOf(planes: tf.Tensor, sampling: AffineSampling): Neighbours {
  const [batch, height, width] = planes.shape as [number, number, number];
  const [right, down] = placesOf(sampling);
  const columns = along(right, width);
  const lines = along(down, height);
  const starts = tf.reshape(tf.mul(tf.range(0, batch, 1, 'int32'), tf.scalar(height * width, 'int32')), [batch, 1]);
  const pairs = lines.flatMap((line) => columns.map((column) => ({ line, column })));
  return {
    // In whole numbers throughout: a batch of large planes has more rows than float32 can count.
    rows: pairs.map(({ line, column }) =>
      tf.reshape(tf.add(starts, tf.add(tf.mul(line.position, tf.scalar(width, 'int32')), column.position)), [-1])),
    weights: pairs.map(({ line, column }) => tf.reshape(tf.mul(line.weight, column.weight), [-1, 1])),
  };
}

/** [planeRows, channels] -> [n, channels]. */
function read(flat: tf.Tensor, { rows, weights }: Neighbours): tf.Tensor {
  const planeRows = flat.shape[0] as number;
  const operation = tf.customGrad((x, save) => {
    (save as (tensors: tf.Tensor[]) => void)([...rows, ...weights]);
    const parts = rows.map((row, index) => tf.mul(tf.gather(x as tf.Tensor, row), weights[index] as tf.Tensor));
    return {
      value: tf.addN(parts),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => scatter(dy, savedNeighbours(saved), planeRows),
    };
  });
  return operation(flat);
}

/** The transposed map of `read`: [n, channels] -> [planeRows, channels]. */
function scatter(values: tf.Tensor, { rows, weights }: Neighbours, planeRows: number): tf.Tensor {
  const operation = tf.customGrad((y, save) => {
    (save as (tensors: tf.Tensor[]) => void)([...rows, ...weights]);
    const shape = [planeRows, values.shape[1] as number];
    const parts = rows.map((row, index) =>
      tf.scatterND(tf.expandDims(row, 1), tf.mul(y as tf.Tensor, weights[index] as tf.Tensor), shape));
    return {
      value: tf.addN(parts),
      gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => read(dy, savedNeighbours(saved)),
    };
  });
  return operation(values);
}

function savedNeighbours(saved: readonly tf.Tensor[]): Neighbours {
  const half = saved.length / 2;
  return { rows: saved.slice(0, half) as tf.Tensor1D[], weights: saved.slice(half) as tf.Tensor2D[] };
}

/**
 * @param planes [batch, height, width, channels], each one period of an endless plane
 * @returns [batch, size, size, channels]; differentiable by the planes, to any order
 */
export function sampleAffine(planes: tf.Tensor, sampling: AffineSampling): tf.Tensor4D {
  const [batch, height, width, channels] = planes.shape as [number, number, number, number];
  const flat = tf.reshape(planes, [batch * height * width, channels]);
  const samples = read(flat, neighboursOf(planes, sampling));
  return tf.reshape(samples, [batch, sampling.size, sampling.size, channels]) as tf.Tensor4D;
}
