/** The detector, somebody else's weights in tfjs's own format, traced and run by ONNX Runtime. */
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { traceToOnnx } from '@mfim/tfjs-onnx';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { detectorPredictions } from '../src/detector-network.ts';
import { originWeights } from '../src/trace-networks.ts';

/** A quarter of the detector's side: the same layers, a sixteenth of the work for tfjs's plain CPU backend. */
const SIDE = 128;
const LIMIT = 1e-4;

it('its predictions, traced, equal those of the tfjs function', async () => {
  const weights = await originWeights('ssd_mobilenetv1');
  const shape = [1, SIDE, SIDE, 3];
  const pixels = Float32Array.from({ length: SIDE * SIDE * 3 }, (_, index) => Math.sin(index / 50) * Math.cos(index / 7000));
  const wanted = detectorPredictions(tf.tensor(pixels, shape), weights);
  const { bytes } = await traceToOnnx(({ image }) => ({ ...detectorPredictions(image as tf.Tensor, weights) }), { name: 'detector', inputs: [{ name: 'image', shape }] });
  const session = await InferenceSession.create(bytes);
  const found = await session.run({ image: new Tensor('float32', pixels, shape) });
  for (const [name, tensor] of Object.entries(wanted)) {
    const values = (await (tensor as tf.Tensor).data()) as Float32Array;
    const scale = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const { data, dims } = found[name] as Tensor;
    const errors = values.map((value, index) => Math.abs(value - ((data as Float32Array)[index] as number)));
    expect(dims).toEqual(tensor.shape);
    expect(Math.max(...errors) / scale, name).toBeLessThan(LIMIT);
  }
});
