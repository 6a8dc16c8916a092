/**
 * Convolutions. Images are taken and given channels-first; constant filters are stored the way ONNX wants them.
 */
import type { Lowering } from '../lowering/lowering.ts';
import type { TensorType, Value } from '../recording/recorded-graph.ts';
import { CHANNELS_FIRST, FILTER_IN_OUT, FILTER_OUT_IN } from './channels-first.ts';
import { CHANNELS_LAST_ONLY, convolutionGeometry } from './convolution-geometry.ts';
import type { ConvolutionAttributes } from './convolution-geometry.ts';
import { exchangedBetween, linearIn } from './factor-rules.ts';
import { activated } from './fused-activation.ts';
import type { ActivationAttributes } from './fused-activation.ts';
import { inputOf } from './kernel-rule.ts';
import type { KernelRule, LoweringCall } from './kernel-rule.ts';

/** HWIM filters [h, w, c, m] as the [c * m, 1, h, w] of a grouped convolution. */
function depthwiseFilter(lowering: Lowering, filter: Value): string {
  const [height = 1, width = 1, channels = 1, multiplier = 1] = filter.example;
  const name = lowering.wire(filter, FILTER_IN_OUT);
  return multiplier === 1 ? name : lowering.reshape(name, [channels * multiplier, 1, height, width]);
}

function biasOf(call: LoweringCall<unknown>, lowering: Lowering): string | undefined {
  const bias = call.inputs.get('bias');
  return bias?.shape.length === 1 ? lowering.wire(bias) : undefined;
}

function convolve(call: LoweringCall<ConvolutionAttributes>, lowering: Lowering, depthwise: boolean): string {
  const [x, filter] = [inputOf(call, 'x'), inputOf(call, 'filter')];
  const { strides, dilations, pads, kernel } = convolutionGeometry({ input: x.example, filter: filter.example, depthwise }, call.attributes);
  const weights = depthwise ? depthwiseFilter(lowering, filter) : lowering.wire(filter, FILTER_OUT_IN);
  const bias = biasOf(call, lowering);
  const inputs = [lowering.wire(x, CHANNELS_FIRST), weights, ...(bias === undefined ? [] : [bias])];
  const group = depthwise ? { group: filter.example[2] ?? 1 } : {};
  return lowering.convolve(inputs, { kernel_shape: kernel, strides, dilations, pads, ...group });
}

function addWideBias(call: LoweringCall<unknown>, lowering: Lowering, name: string): string {
  const bias = call.inputs.get('bias');
  if (bias === undefined || bias.shape.length === 1) return name;
  return lowering.graph.emit('Add', [name, lowering.broadcastable(bias, CHANNELS_FIRST)]);
}

function convolutionRule(kernel: string, depthwise: boolean): KernelRule<ConvolutionAttributes & ActivationAttributes> {
  return {
    kernel,
    refused: CHANNELS_LAST_ONLY,
    factors: kernel.startsWith('Fused') ? exchangedBetween('x', 'filter') : linearIn('x', 'filter'),
    infer(call): TensorType {
      const { shape, dtype } = inputOf(call, 'x');
      const shapes = { input: shape, filter: inputOf(call, 'filter').shape, depthwise };
      return { shape: convolutionGeometry(shapes, call.attributes).outputShape, dtype };
    },
    lower(call, lowering) {
      const name = addWideBias(call, lowering, convolve(call, lowering, depthwise));
      const slopes = call.inputs.get('preluActivationWeights');
      const order = CHANNELS_FIRST;
      return { name: activated(lowering, call.attributes, { name, order, slopes }), order };
    },
  };
}

/** Convolutions, plain and depthwise, with and without bias and activation. */
export const convolutionRules: readonly KernelRule<never>[] = [
  convolutionRule('Conv2D', false),
  convolutionRule('FusedConv2D', false),
  convolutionRule('DepthwiseConv2dNative', true),
  convolutionRule('FusedDepthwiseConv2D', true),
];
