/** tfjs's own CPU backend, for small things: it holds weights while networks are exported, and measures images. */
import * as tf from '@tensorflow/tfjs-core';

/** Loads and selects the backend, without its advice to take a faster one. */
export async function useCpuBackend(): Promise<void> {
  tf.enableProdMode();
  await import('@tensorflow/tfjs-backend-cpu');
  await tf.setBackend('cpu');
}
