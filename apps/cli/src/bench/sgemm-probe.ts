/** How fast this machine multiplies matrices right now: one ONNX MatMul, the yardstick of the bench. */
import { median } from '@mfim/benchmarks';
import * as tf from '@tensorflow/tfjs-core';
import type { InferenceRuntime } from '@mfim/tensor-contracts';
import { traceToOnnx } from '@mfim/tfjs-onnx';
import { useCpuBackend } from '../use-cpu-backend.ts';

const SIDE = 1536;
const FLOPS = 2 * SIDE ** 3;
const RUNS = 5;

/** A matrix product that waits for its turn. */
export interface SgemmProbe {
  /** GFLOP/s of a float32 product of two 1536x1536 matrices, median of 5 after a warm-up. */
  gflops(): Promise<number>;
  release(): Promise<void>;
}

/** Loads the product. */
export async function openSgemmProbe(runtime: InferenceRuntime): Promise<SgemmProbe> {
  await useCpuBackend();
  const square = { shape: [SIDE, SIDE] };
  const traced = await traceToOnnx(({ left, right }) => ({ product: tf.matMul(left as tf.Tensor, right as tf.Tensor) }), {
    name: 'sgemm',
    inputs: [{ name: 'left', ...square }, { name: 'right', ...square }],
  });
  const session = await runtime.open(traced.bytes);
  const matrix = { data: new Float32Array(SIDE * SIDE).fill(1 / SIDE), ...square };
  return {
    async gflops() {
      const seconds: number[] = [];
      for (let index = 0; index <= RUNS; index += 1) {
        const started = performance.now();
        await session.run({ left: matrix, right: matrix });
        if (index > 0) seconds.push((performance.now() - started) / 1000);
      }
      return FLOPS / median(seconds) / 1e9;
    },
    release: () => session.release(),
  };
}
