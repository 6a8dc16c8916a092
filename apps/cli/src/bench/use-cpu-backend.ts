/** tfjs's own CPU backend: it only holds the random weights while the networks are exported. */
import * as tf from '@tensorflow/tfjs-core';

/** Loads and selects the backend, without its advice to take a faster one. */
export async function useCpuBackend(): Promise<void> {
  tf.enableProdMode();
  await import('@tensorflow/tfjs-backend-cpu');
  await tf.setBackend('cpu');
}
