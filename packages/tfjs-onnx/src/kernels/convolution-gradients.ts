/**
 * Gradients of convolutions.
 */
import { identityOrder } from '../lowering/wire.ts';
import type { TensorType } from '../recording/recorded-graph.ts';
import { CHANNELS_FIRST } from './channels-first.ts';
import { CHANNELS_LAST_ONLY, convolutionGeometry } from './convolution-geometry.ts';
import type { ConvolutionAttributes } from './convolution-geometry.ts';
import { linearIn } from './factor-rules.ts';
import { emitFilterGradient, tapsOf } from './filter-gradients.ts';
import { emitInputGradient } from './input-gradients.ts';
import { inputOf } from './kernel-rule.ts';
import type { KernelRule } from './kernel-rule.ts';

interface InputGradientAttributes extends ConvolutionAttributes {
  readonly inputShape: number[];
}

interface FilterGradientAttributes extends ConvolutionAttributes {
  readonly filterShape: number[];
}

function inputGradientRule(kernel: string, depthwise: boolean): KernelRule<InputGradientAttributes> {
  return {
    kernel,
    refused: CHANNELS_LAST_ONLY,
    factors: linearIn('dy', 'filter'),
    sizeAttributes: ['inputShape'],
    infer: (call): TensorType => ({ shape: call.attributes.inputShape, dtype: 'float32' }),
    lower(call, lowering) {
      const [dy, filter] = [inputOf(call, 'dy'), inputOf(call, 'filter')];
      const geometry = convolutionGeometry({ input: call.output.example, filter: filter.example, depthwise }, call.attributes);
      const group = depthwise ? (filter.example[2] ?? 1) : 1;
      const [batch = 1] = call.output.shape;
      const channels = call.output.example[3] ?? 1;
      const name = emitInputGradient(lowering, { dy: lowering.wire(dy, CHANNELS_FIRST), filter, geometry, group, depthwise, batch, channels });
      return { name, order: CHANNELS_FIRST };
    },
  };
}

const conv2DBackpropFilter: KernelRule<FilterGradientAttributes> = {
  kernel: 'Conv2DBackpropFilter',
  refused: CHANNELS_LAST_ONLY,
  factors: linearIn('x', 'dy'),
  infer: (call): TensorType => ({ shape: call.attributes.filterShape, dtype: 'float32' }),
  lower(call, lowering) {
    const [x, dy] = [inputOf(call, 'x'), inputOf(call, 'dy')];
    const { filterShape } = call.attributes;
    const geometry = convolutionGeometry({ input: x.example, filter: filterShape, depthwise: false }, call.attributes);
    const [batch = 1] = dy.shape;
    const images = { x: lowering.wire(x, CHANNELS_FIRST), dy: lowering.wire(dy, CHANNELS_FIRST) };
    return { name: emitFilterGradient(lowering, { ...images, geometry, filterShape, batch }), order: identityOrder(4) };
  },
};

const depthwiseBackpropFilter: KernelRule<FilterGradientAttributes> = {
  kernel: 'DepthwiseConv2dNativeBackpropFilter',
  refused: CHANNELS_LAST_ONLY,
  factors: linearIn('x', 'dy'),
  infer: (call): TensorType => ({ shape: call.attributes.filterShape, dtype: 'float32' }),
  lower(call, lowering) {
    const { graph } = lowering;
    const [x, dy] = [inputOf(call, 'x'), inputOf(call, 'dy')];
    const { filterShape } = call.attributes;
    const [, , channels = 1, multiplier = 1] = filterShape;
    const geometry = convolutionGeometry({ input: x.example, filter: filterShape, depthwise: true }, call.attributes);
    const [batch = 1, height = 1, width = 1] = dy.shape;
    const right = lowering.reshape(lowering.wire(dy, CHANNELS_FIRST), [batch, channels, multiplier, height, width]);
    const sums = tapsOf(lowering, lowering.wire(x, CHANNELS_FIRST), geometry).map((tap) => {
      const left = lowering.reshape(tap, [batch, channels, 1, height, width]);
      return graph.emit('ReduceSum', [graph.emit('Mul', [left, right]), graph.integers([0, 3, 4])], { keepdims: 0 });
    });
    const all = sums.length === 1 ? (sums[0] ?? '') : graph.emit('Concat', sums, { axis: 0 });
    return { name: lowering.reshape(all, filterShape), order: identityOrder(4) };
  },
};

/** Gradients of convolutions. */
export const convolutionGradientRules: readonly KernelRule<never>[] = [
  inputGradientRule('Conv2DBackpropInput', false),
  inputGradientRule('DepthwiseConv2dNativeBackpropInput', true),
  conv2DBackpropFilter,
  depthwiseBackpropFilter,
];
