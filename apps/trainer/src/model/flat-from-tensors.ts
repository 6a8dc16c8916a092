/** Named tensors to a flat vector, every missing or wrong-shaped name listed at once. */
import { toFloat32 } from '@mfim/checkpoints';
import type { RawTensor } from '@mfim/checkpoints';
import { InputError } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import type { FlatLayout } from './flat-network.ts';

const LISTED = 8;

/** Where the tensors come from. */
export interface NamedTensors {
  readonly tensors: ReadonlyMap<string, RawTensor>;
  /** Stands before every name of the layout. */
  readonly prefix: string;
  /** Named in errors. */
  readonly origin: string;
}

function difference(tensor: RawTensor | undefined, shape: readonly number[]): string | undefined {
  if (tensor === undefined) return 'missing';
  return tensor.shape.join() === shape.join() ? undefined : `[${tensor.shape.join(', ')}] instead of [${shape.join(', ')}]`;
}

/** @throws InputError that lists the names that are missing or of another shape */
export function checkTensors(layout: Pick<FlatLayout, 'names' | 'shapes'>, { tensors, prefix, origin }: NamedTensors): void {
  const wrong = layout.names.flatMap((name, index) => {
    const problem = difference(tensors.get(prefix + name), layout.shapes[index] as readonly number[]);
    return problem === undefined ? [] : [`${prefix}${name} ${problem}`];
  });
  if (wrong.length === 0) return;
  throw new InputError({
    where: origin,
    expected: `${layout.names.length} tensors of the configured sizes`,
    got: `${wrong.length} that differ: ${wrong.slice(0, LISTED).join('; ')}${wrong.length > LISTED ? '; ...' : ''}`,
    remedy: 'use the config that these weights were trained with',
  });
}

/** The flat vector [total] of a layout. */
export function flatFromTensors(layout: FlatLayout, named: NamedTensors): tf.Tensor {
  checkTensors(layout, named);
  const flat = new Float32Array(layout.total);
  let offset = 0;
  for (const [index, name] of layout.names.entries()) {
    flat.set(toFloat32(named.tensors.get(named.prefix + name) as RawTensor), offset);
    offset += layout.sizes[index] as number;
  }
  return tf.tensor1d(flat);
}
