/** From the PyTorch names of SqueezeNet 1.1 and of the LPIPS heads to what `lpips` reads. */
import * as tf from '@tensorflow/tfjs-core';
import { ShapeError } from '@mfim/tensor-contracts';
import type { LpipsParameters } from './lpips.ts';
import { LPIPS_SCALE, LPIPS_SHIFT } from './lpips-trunk.ts';
import { SQUEEZE_NET_FIRES, SQUEEZE_NET_WIDTHS } from './squeeze-net.ts';
import type { FireParameters, SqueezeNetParameters } from './squeeze-net.ts';
import { biasAffine, foldedConvolution, weightOf } from './weight-state.ts';
import type { ConvolutionParameters, WeightState } from './weight-state.ts';

/** conv((x - shift) / scale) as one convolution; exact, since the stem has no padding. */
export function normalisedStem({ kernel, bias }: ConvolutionParameters): ConvolutionParameters {
  return tf.tidy(() => {
    const scaled = tf.div<tf.Tensor4D>(kernel, tf.tensor2d([...LPIPS_SCALE], [LPIPS_SCALE.length, 1]));
    const shifts = tf.sum(tf.mul(scaled, tf.tensor2d([...LPIPS_SHIFT], [LPIPS_SHIFT.length, 1])), [0, 1, 2]);
    return { kernel: scaled, bias: tf.sub(bias, shifts) };
  });
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
  return {
    stem: tf.tidy(() => normalisedStem(foldedConvolution(state, '0', biasAffine(state, '0')))),
    fires: Object.fromEntries(SQUEEZE_NET_FIRES.map(({ index }) => [`fire${index}`, fire(state, index)])),
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
export function lpipsParameters(trunk: WeightState, heads: WeightState): LpipsParameters & { readonly trunk: SqueezeNetParameters } {
  const taps = SQUEEZE_NET_WIDTHS.map((_, tap) => [`tap${tap}`, head(heads, tap)] as const);
  return { trunk: squeezeNetParameters(trunk), heads: Object.fromEntries(taps) };
}
