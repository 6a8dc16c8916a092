/** From the PyTorch names of SqueezeNet 1.1 and of the LPIPS heads to what `lpips` reads. */
import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '@mfim/tensor-contracts';
import type { LpipsParameters } from './lpips.ts';
import { SQUEEZE_NET_SLICES, SQUEEZE_NET_WIDTHS } from './squeeze-net.ts';
import type { FireParameters, SqueezeNetParameters } from './squeeze-net.ts';
import { biasAffine, foldedConvolution, weightOf } from './weight-state.ts';
import type { ConvolutionParameters, WeightState } from './weight-state.ts';

/** LPIPS normalises [-1, 1] images by (x - shift) / scale. */
const INPUT_SHIFT = [-0.03, -0.088, -0.188] as const;
const INPUT_SCALE = [0.458, 0.448, 0.45] as const;

/** conv((x - shift) / scale) as one convolution; exact, since the stem has no padding. */
function stem(state: WeightState): ConvolutionParameters {
  const { data, shape } = weightOf(state, '0.weight', 4);
  const [outputs, inputs, height, width] = shape as readonly [number, number, number, number];
  const taps = height * width;
  const scaled = new Float32Array(data.length);
  const { scale, shift } = biasAffine(state, '0');
  for (const [index, value] of data.entries()) {
    const output = Math.floor(index / (inputs * taps));
    const input = Math.floor(index / taps) % inputs;
    const weight = value / (INPUT_SCALE[input] as number);
    scaled[index] = weight;
    shift[output] = (shift[output] as number) - weight * (INPUT_SHIFT[input] as number);
  }
  const folded: WeightState = new Map([['stem.weight', { data: scaled, shape: [outputs, inputs, height, width] }]]);
  return foldedConvolution(folded, 'stem', { scale, shift });
}

function fire(state: WeightState, index: number): FireParameters {
  const convolution = (name: string): ConvolutionParameters =>
    foldedConvolution(state, `${index}.${name}`, biasAffine(state, `${index}.${name}`));
  return {
    squeeze: convolution('squeeze'),
    expand1: convolution('expand1x1'),
    expand3: convolution('expand3x3'),
  };
}

/**
 * Parameters of the trunk from torchvision's `squeezenet1_1().features.state_dict()`: `0.weight`,
 * `3.squeeze.weight` and so on. The input normalisation of LPIPS is folded into the stem.
 *
 * @throws ShapeError naming the first weight that is missing or misshapen.
 */
export function squeezeNetParameters(state: WeightState): SqueezeNetParameters {
  const indices = SQUEEZE_NET_SLICES.flatMap(({ fires }) => [...fires]);
  return {
    stem: stem(state),
    fires: Object.fromEntries(indices.map((index) => [`fire${index}`, fire(state, index)])),
  };
}

function head(state: WeightState, tap: number): tf.Tensor2D {
  const { data, shape } = weightOf(state, `lin${tap}.model.1.weight`, 4);
  const width = SQUEEZE_NET_WIDTHS[tap] as number;
  if (data.length !== width) {
    throw new ShapeError({
      where: `lpipsParameters lin${tap}`,
      expected: `${width} weights`,
      got: `shape [${shape.join(', ')}]`,
      remedy: 'pass the squeeze heads of LPIPS 0.1',
    });
  }
  return tf.tensor2d(data, [width, 1]);
}

/**
 * Parameters of LPIPS-squeeze from its two files.
 *
 * @param trunk torchvision's SqueezeNet 1.1 `features` state dictionary
 * @param heads LPIPS 0.1 `squeeze` heads: `lin0.model.1.weight` .. `lin6.model.1.weight`
 * @throws ShapeError naming the first weight that is missing or misshapen.
 */
export function lpipsParameters(trunk: WeightState, heads: WeightState): LpipsParameters {
  const taps = SQUEEZE_NET_WIDTHS.map((_, tap) => [`tap${tap}`, head(heads, tap)] as const);
  return { trunk: squeezeNetParameters(trunk), heads: Object.fromEntries(taps) };
}
