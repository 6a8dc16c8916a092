/**
 * The activation that tfjs's fused kernels apply to their result.
 */
import type { Lowering } from '../lowering/lowering.ts';
import type { AxisOrder } from '../lowering/wire.ts';
import type { Value } from '../recording/recorded-graph.ts';

/** Attributes that all fused kernels share. */
export interface ActivationAttributes {
  readonly activation?: 'linear' | 'relu' | 'relu6' | 'elu' | 'prelu' | 'leakyrelu' | 'sigmoid';
  readonly leakyreluAlpha?: number;
}

const RELU6_LIMIT = 6;
const DEFAULT_LEAKY_SLOPE = 0.2; // tfjs's default for leakyreluAlpha

/** A result before its activation. */
export interface Unactivated {
  readonly name: string;
  readonly order: AxisOrder;
  /** The slopes of `prelu`. */
  readonly slopes: Value | undefined;
}

/** Applies the activation and returns the name of the result. */
export function activated(lowering: Lowering, attributes: ActivationAttributes, { name, order, slopes }: Unactivated): string {
  const { graph } = lowering;
  switch (attributes.activation ?? 'linear') {
    case 'relu':
      return graph.emit('Relu', [name]);
    case 'relu6':
      return graph.emit('Clip', [name, graph.scalar(0), graph.scalar(RELU6_LIMIT)]);
    case 'elu':
      return graph.emit('Elu', [name]);
    case 'sigmoid':
      return graph.emit('Sigmoid', [name]);
    case 'leakyrelu':
      return graph.emit('LeakyRelu', [name], { alpha: { float: attributes.leakyreluAlpha ?? DEFAULT_LEAKY_SLOPE } });
    case 'prelu':
      return slopes === undefined ? name : graph.emit('PRelu', [name, lowering.broadcastable(slopes, order)]);
    default:
      return name;
  }
}
