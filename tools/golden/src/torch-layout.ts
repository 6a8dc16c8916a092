/**
 * Tensors from PyTorch's layouts to tfjs's and gradients back. Which layout a tensor has follows
 * from its role: images [N, C, H, W], kernels [O, I, k, k], linear weights [O, I]; the rest is the same.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { HostTensor } from '@mfim/tensor-contracts';

/** What a tensor is, and with it how it is laid out. */
export type Role = 'image' | 'kernel' | 'linear' | 'same';

const TO_TFJS: Readonly<Record<Role, readonly number[] | undefined>> = {
  image: [0, 2, 3, 1],
  kernel: [2, 3, 1, 0],
  linear: [1, 0],
  same: undefined,
};

const TO_TORCH: Readonly<Record<Role, readonly number[] | undefined>> = {
  image: [0, 3, 1, 2],
  kernel: [3, 2, 0, 1],
  linear: [1, 0],
  same: undefined,
};

function permuted(tensor: tf.Tensor, order: readonly number[] | undefined): tf.Tensor {
  return order === undefined ? tensor : tf.transpose(tensor, order.slice());
}

/** A tfjs tensor of a golden one. */
export function fromTorch({ data, shape }: HostTensor, role: Role): tf.Tensor {
  return permuted(tf.tensor(data, shape.slice(), 'float32'), TO_TFJS[role]);
}

/** The numbers of a tfjs tensor in PyTorch's layout. */
export function toTorch(tensor: tf.Tensor, role: Role): HostTensor {
  return tf.tidy(() => {
    const laidOut = permuted(tensor, TO_TORCH[role]);
    return { data: laidOut.dataSync() as Float32Array, shape: laidOut.shape.slice() };
  });
}

/** The role of a parameter by its rank: 4 is a kernel, 2 a linear weight. */
export function parameterRole({ shape }: { readonly shape: readonly number[] }): Role {
  if (shape.length === 4) return 'kernel';
  return shape.length === 2 ? 'linear' : 'same';
}
