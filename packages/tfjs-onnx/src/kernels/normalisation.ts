/**
 * Batch normalisation with given statistics, and local response normalisation.
 */
import type { Lowering } from '../lowering/lowering.ts';
import type { Wire } from '../lowering/wire.ts';
import { CHANNELS_FIRST } from './channels-first.ts';
import { inputOf } from './kernel-rule.ts';
import type { KernelRule, LoweringCall } from './kernel-rule.ts';

interface BatchNormAttributes {
  readonly varianceEpsilon: number;
}

function filled(lowering: Lowering, size: number, fill: number): string {
  const data = new Float32Array(size).fill(fill);
  return lowering.graph.store({ name: `filled_${fill}`, type: 'float32', dimensions: [size], data });
}

function perChannel(call: LoweringCall<BatchNormAttributes>, lowering: Lowering): Wire {
  const x = inputOf(call, 'x');
  const channels = x.example.at(-1) ?? 1;
  const [scale, offset] = [call.inputs.get('scale'), call.inputs.get('offset')];
  const inputs = [
    lowering.wire(x, CHANNELS_FIRST),
    scale === undefined ? filled(lowering, channels, 1) : lowering.wire(scale),
    offset === undefined ? filled(lowering, channels, 0) : lowering.wire(offset),
    lowering.wire(inputOf(call, 'mean')),
    lowering.wire(inputOf(call, 'variance')),
  ];
  const epsilon = { float: call.attributes.varianceEpsilon };
  return { name: lowering.graph.emit('BatchNormalization', inputs, { epsilon }), order: CHANNELS_FIRST };
}

/** (x - mean) / sqrt(variance + epsilon) * scale + offset with statistics of any shape that broadcasts. */
function general(call: LoweringCall<BatchNormAttributes>, lowering: Lowering): Wire {
  const { graph } = lowering;
  const order = lowering.orderOf(inputOf(call, 'x'));
  const read = (name: string): string => lowering.broadcastable(inputOf(call, name), order);
  const centred = graph.emit('Sub', [read('x'), read('mean')]);
  const deviation = graph.emit('Sqrt', [graph.emit('Add', [read('variance'), graph.scalar(call.attributes.varianceEpsilon)])]);
  const normal = graph.emit('Div', [centred, deviation]);
  const scaled = call.inputs.has('scale') ? graph.emit('Mul', [normal, read('scale')]) : normal;
  return { name: call.inputs.has('offset') ? graph.emit('Add', [scaled, read('offset')]) : scaled, order };
}

const batchNorm: KernelRule<BatchNormAttributes> = {
  kernel: 'FusedBatchNorm',
  infer: (call) => inputOf(call, 'x'),
  lower(call, lowering) {
    const statistics = [...call.inputs].filter(([name]) => name !== 'x');
    const isPerChannel = inputOf(call, 'x').shape.length === 4 && statistics.every(([, value]) => value.shape.length === 1);
    return isPerChannel ? perChannel(call, lowering) : general(call, lowering);
  },
};

interface ResponseAttributes {
  readonly depthRadius: number;
  readonly bias: number;
  readonly alpha: number;
  readonly beta: number;
}

/** ONNX divides alpha by the window size; tfjs does not. */
const responseNorm: KernelRule<ResponseAttributes> = {
  kernel: 'LRN',
  infer: (call) => inputOf(call, 'x'),
  lower(call, lowering) {
    const { depthRadius, bias, alpha, beta } = call.attributes;
    const size = 2 * depthRadius + 1;
    const attributes = { size, alpha: { float: alpha * size }, beta: { float: beta }, bias: { float: bias } };
    return { name: lowering.graph.emit('LRN', [lowering.wire(inputOf(call, 'x'), CHANNELS_FIRST)], attributes), order: CHANNELS_FIRST };
  },
};

/** Normalisation. */
export const normalisationRules: readonly KernelRule<never>[] = [batchNorm, responseNorm];
