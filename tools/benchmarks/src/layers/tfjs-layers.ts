/** Layer cases on the active tfjs backend. */
import * as tf from '@tensorflow/tfjs-core';
import type { LayerCase } from './layer-case.ts';
import { numbersFor } from './onnx-layers.ts';

/** A case with its inputs. */
export interface TfjsLayer {
  /** Runs once. */
  run(): void;
  release(): void;
}

/** Loads tfjs-node, if its addon is built; else says why not. */
export async function openTfjsNode(): Promise<string | undefined> {
  try {
    await import('@tensorflow/tfjs-node');
    await tf.setBackend('tensorflow');
    return undefined;
  } catch (error) {
    return `tfjs-node: ${error instanceof Error ? error.message.split('\n')[0] : String(error)} (mfim-train engine install tensorflow builds it)`;
  }
}

/** Puts the inputs onto the backend; `undefined` where tfjs-node's own kernels cannot compute the case. */
export function prepareTfjs(each: LayerCase): TfjsLayer | undefined {
  const inputs = Object.fromEntries(Object.entries(each.shapes).map(([name, shape], index) => [name, tf.tensor(numbersFor(shape, index), [...shape])]));
  const run = (): void => tf.tidy(() => each.compute(inputs)).dispose();
  const release = (): void => tf.dispose(inputs);
  try {
    run();
  } catch {
    release();
    return undefined;
  }
  return { run, release };
}
