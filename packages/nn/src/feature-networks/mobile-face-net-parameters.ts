/** From the PyTorch names of MobileFaceNet to the folded parameters that `mobileFaceNet` reads. */
import * as tf from '@tensorflow/tfjs-core';
import { MOBILE_FACE_NET_STAGES } from './mobile-face-net.ts';
import type { InvertedResidualParameters, MobileFaceNetParameters } from './mobile-face-net.ts';
import { batchNormAffine, foldedConvolution, weightOf } from './weight-state.ts';
import type { ConvolutionParameters, WeightState } from './weight-state.ts';

function normalised(state: WeightState, conv: string, norm: string): ConvolutionParameters {
  return foldedConvolution(state, conv, batchNormAffine(state, norm));
}

function invertedResidual(state: WeightState, prefix: string): InvertedResidualParameters {
  return {
    expand: normalised(state, `${prefix}.0.0`, `${prefix}.0.1`),
    depthwise: normalised(state, `${prefix}.1.0`, `${prefix}.1.1`),
    project: normalised(state, `${prefix}.2`, `${prefix}.3`),
  };
}

/**
 * Folds window -> batch norm -> 1x1 convolution -> batch norm into window and matrix:
 * y = norm(W (a * p + b) + c), with p the windowed sums, is a matrix and a bias.
 */
function embedding(state: WeightState): MobileFaceNetParameters['embedding'] {
  const inner = batchNormAffine(state, 'gdconv.bn');
  const outer = batchNormAffine(state, 'bn');
  const weight = weightOf(state, 'conv3.weight', 4);
  const [outputs, inputs] = weight.shape as readonly [number, number];
  const bias = Float64Array.from(weightOf(state, 'conv3.bias', 1).data);
  const matrix = new Float32Array(inputs * outputs);
  for (let output = 0; output < outputs; output += 1) {
    const scale = outer.scale[output] as number;
    for (let input = 0; input < inputs; input += 1) {
      const value = weight.data[output * inputs + input] as number;
      matrix[input * outputs + output] = value * (inner.scale[input] as number) * scale;
      bias[output] = (bias[output] as number) + value * (inner.shift[input] as number);
    }
  }
  const folded = bias.map((value, output) => value * (outer.scale[output] as number) + (outer.shift[output] as number));
  return { matrix: tf.tensor2d(matrix, [inputs, outputs]), bias: tf.tensor1d(Float32Array.from(folded)) };
}

function globalWindow(state: WeightState): tf.Tensor3D {
  const { data, shape } = weightOf(state, 'gdconv.depthwise.weight', 4);
  const [channels, , height, width] = shape as readonly [number, number, number, number];
  return tf.tidy(() => tf.transpose(tf.tensor3d(data, [channels, height, width]), [1, 2, 0]));
}

/**
 * Parameters from a state dictionary with the keys `conv1.0.weight`, `dw_conv.*`,
 * `features.0.conv.*` .. `features.14.conv.*`, `conv2.*`, `gdconv.*`, `conv3.*`, `bn.*`.
 *
 * @throws ShapeError naming the first weight that is missing or misshapen.
 */
export function mobileFaceNetParameters(state: WeightState): MobileFaceNetParameters {
  const count = MOBILE_FACE_NET_STAGES.reduce((sum, { blocks }) => sum + blocks, 0);
  const blocks = Array.from({ length: count }, (_, index) => [
    `block${index}`,
    invertedResidual(state, `features.${index}.conv`),
  ]);
  return {
    stem: normalised(state, 'conv1.0', 'conv1.1'),
    stemDepthwise: normalised(state, 'dw_conv.depthwise', 'dw_conv.bn1'),
    stemPointwise: normalised(state, 'dw_conv.pointwise', 'dw_conv.bn2'),
    blocks: Object.fromEntries(blocks) as MobileFaceNetParameters['blocks'],
    widen: normalised(state, 'conv2.0', 'conv2.1'),
    window: globalWindow(state),
    embedding: embedding(state),
  };
}
