/**
 * The largest number of bytes that the cpu backend's buffers take during a run, above those at its start. `tf.profile` counts tensors
 * instead, so that a buffer which several of them share (a reshape, what a gradient saves) counts several times.
 */
import * as tf from '@tensorflow/tfjs-core';

interface Storage {
  set(id: object, entry: { readonly values: { readonly length: number } | null; readonly dtype: tf.DataType }): void;
  delete(id: object): boolean;
}

export function peakOfBuffers(run: () => void): number {
  const storage = (tf.backend() as unknown as { readonly data: Storage }).data;
  const { set, delete: remove } = storage;
  const sizes = new WeakMap<object, number>();
  let [bytes, peak] = [0, 0];
  storage.set = (id, entry) => {
    const size = (entry.values?.length ?? 0) * tf.util.bytesPerElement(entry.dtype as never);
    bytes += size - (sizes.get(id) ?? 0);
    sizes.set(id, size);
    peak = Math.max(peak, bytes);
    set.call(storage, id, entry);
  };
  storage.delete = (id) => {
    bytes -= sizes.get(id) ?? 0;
    sizes.delete(id);
    return remove.call(storage, id);
  };
  try {
    tf.tidy(run);
  } finally {
    Object.assign(storage, { set, delete: remove });
  }
  return peak;
}
