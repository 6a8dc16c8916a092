/** Traces both face networks to ONNX. The detector's weights are stored as float16; computation is float32. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { traceToOnnx } from '@mfim/tfjs-onnx';
// oxlint-disable-next-line import/no-unassigned-import -- registers the backend
import '@tensorflow/tfjs-backend-cpu';
import { DETECTOR_SIZE, detectorNetwork } from './detector-network.ts';
import { LANDMARK_SIZE, landmarkNetwork } from './landmark-network.ts';
import { readWeights } from './read-weights.ts';
import type { Weights } from './read-weights.ts';
import type * as tf from '@tensorflow/tfjs-core';

/** The npm package that carries the weights. */
export const ORIGIN_PACKAGE = '@vladmandic/face-api';

type Inputs = Record<string, tf.Tensor>;

/** Folder of the package that carries the weights. */
export function originFolder(): string {
  return dirname(createRequire(import.meta.url).resolve(`${ORIGIN_PACKAGE}/package.json`));
}

/** The weights of one of the package's models, such as `ssd_mobilenetv1`. */
export function originWeights(model: string): Promise<Weights> {
  return readWeights(join(originFolder(), 'model', `${model}_model-weights_manifest.json`));
}

async function traceDetector(): Promise<Uint8Array> {
  const weights = await originWeights('ssd_mobilenetv1');
  const { bytes } = await traceToOnnx((inputs: Inputs) => ({ ...detectorNetwork(inputs['image'] as tf.Tensor, weights) }), {
    name: 'face-detector',
    inputs: [{ name: 'image', shape: [1, DETECTOR_SIZE, DETECTOR_SIZE, 3] }],
    weights: 'float16',
  });
  return bytes;
}

/** The landmark network as an ONNX file, for any batch. */
export async function traceLandmarks(): Promise<Uint8Array> {
  const weights = await originWeights('face_landmark_68');
  const { bytes } = await traceToOnnx((inputs: Inputs) => ({ points: landmarkNetwork(inputs['image'] as tf.Tensor, weights) }), {
    name: 'face-landmarks',
    inputs: [{ name: 'image', shape: ['batch', LANDMARK_SIZE, LANDMARK_SIZE, 3] }],
  });
  return bytes;
}

/** Both networks as ONNX files. */
export async function traceNetworks(): Promise<{ readonly detector: Uint8Array; readonly landmarks: Uint8Array }> {
  return { detector: await traceDetector(), landmarks: await traceLandmarks() };
}
