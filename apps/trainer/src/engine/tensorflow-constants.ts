/** Small tensors that kernels for TensorFlow read at every call, such as sizes: made once, and kept. A network asks for few. */
import * as tf from '@tensorflow/tfjs-core';

const known = new Map<string, tf.Tensor1D>();

/** The tensor of that name. @param make what it holds, when nobody has asked before */
export function constantTensor(name: string, make: () => tf.Tensor1D): tf.Tensor1D {
  const found = known.get(name);
  if (found !== undefined && !found.isDisposed) return found;
  const made = tf.keep(make());
  known.set(name, made);
  return made;
}
