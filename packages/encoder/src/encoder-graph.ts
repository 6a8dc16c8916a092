/** The encoder as a bundle holds it: `image` in, all style codes as one tensor and each style map out. */
import { featurePort, imagePort, mapPortName } from '@mfim/tensor-contracts';
import type { NetworkGraph } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import type { EncoderParameters } from './encoder-spec.ts';
import { encode } from './encode.ts';
import type { EncoderContext } from './encode.ts';

/**
 * Outputs: `codes` [batch, totalWidth] in table order, `map_<noise>` [batch, r, r, 1].
 *
 * @returns a graph for `traceToOnnx`
 */
export function encoderGraph(parameters: EncoderParameters, context: EncoderContext): NetworkGraph<tf.Tensor> {
  const { config, table } = context;
  const noises = table.noises.filter(({ resolution }) => config.mapResolutions.includes(resolution));
  return {
    inputs: [imagePort('image', config.inputResolution)],
    outputs: [
      featurePort('codes', ['batch', table.totalWidth]),
      ...noises.map(({ index, resolution }) => featurePort(mapPortName(index), ['batch', resolution, resolution, 1])),
    ],
    run(inputs) {
      const { codes, maps } = encode(parameters, context, inputs['image'] as tf.Tensor);
      const named = [...maps].map(([index, map]) => [mapPortName(index), map] as const);
      return { codes: tf.concat(codes as tf.Tensor[], 1), ...Object.fromEntries(named) };
    },
  };
}
