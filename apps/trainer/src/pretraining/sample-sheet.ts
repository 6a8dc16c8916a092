/** A grid of generated faces as PNG: the same latents in every snapshot, so that one sees them grow up. */
import * as tf from '@tensorflow/tfjs-core';
import sharp from 'sharp';
import { generateTruncated } from './pretraining-model.ts';
import type { PretrainingModel } from './pretraining-model.ts';
import { randomStream } from './random-stream.ts';

/** What to draw. */
export interface SampleRequest {
  /** The generator's flat vector, for instance the average. */
  readonly flat: tf.Tensor;
  /** Centre of truncation, [width]. */
  readonly mean: tf.Tensor;
  readonly seed: number;
  readonly rows: number;
  readonly columns: number;
  /** 1: none, 0: the mean face everywhere. */
  readonly truncation: number;
}

const HALF_BYTE = 127.5;

/** One row of faces side by side, [size, columns * size, 3] in 0..255. */
function sheetRow(model: PretrainingModel, request: SampleRequest, values: Float32Array): tf.Tensor {
  const { columns } = request;
  const latents = tf.tensor2d(values, [columns, values.length / columns]);
  const faces = generateTruncated(model, request.flat, { latents, mean: request.mean, truncation: request.truncation });
  const size = model.table.resolution;
  const row = tf.reshape(tf.transpose(faces, [1, 0, 2, 3]), [size, columns * size, 3]);
  return tf.clipByValue(tf.round(tf.mul(tf.add(row, 1), HALF_BYTE)), 0, 255);
}

/** Bytes of a PNG; one row of faces is drawn at a time. */
export async function sampleSheet(model: PretrainingModel, request: SampleRequest): Promise<Uint8Array> {
  const { rows, columns, seed, mean } = request;
  const width = mean.shape[0] as number;
  const size = model.table.resolution;
  const random = randomStream(seed);
  const rowBytes = size * columns * size * 3;
  const bytes = new Uint8Array(rows * rowBytes);
  for (let row = 0; row < rows; row += 1) {
    const values = Float32Array.from({ length: columns * width }, () => random.normal());
    const pixels = tf.tidy(() => sheetRow(model, request, values));
    bytes.set(Uint8Array.from(await pixels.data()), row * rowBytes);
    pixels.dispose();
  }
  return new Uint8Array(await sharp(bytes, { raw: { width: columns * size, height: rows * size, channels: 3 } }).png().toBuffer());
}
