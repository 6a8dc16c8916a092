import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { expect, it } from 'vitest';
import { LANDMARK_SIZE, landmarkNetwork } from '../src/landmark-network.ts';
import { originWeights, traceLandmarks } from '../src/trace-networks.ts';

it('the traced landmark network equals the tfjs function, for a batch of two', async () => {
  const shape = [2, LANDMARK_SIZE, LANDMARK_SIZE, 3];
  const length = shape.reduce((product, size) => product * size, 1);
  const pixels = Float32Array.from({ length }, (_, index) => Math.sin(index / 50) * Math.cos(index / 7000));
  const wanted = await landmarkNetwork(tf.tensor(pixels, shape), await originWeights('face_landmark_68')).data();
  const session = await InferenceSession.create(await traceLandmarks());
  const { points } = await session.run({ image: new Tensor('float32', pixels, shape) });
  const found = points?.data as Float32Array;
  expect(points?.dims).toEqual([2, 136]);
  const errors = wanted.map((value, index) => Math.abs(value - (found[index] as number)));
  expect(Math.max(...errors)).toBeLessThan(1e-5);
});
