/**
 * LPIPS-squeeze as an ONNX network, traced from `@mfim/nn`. Its weights are not ours to ship; they
 * come from a folder with torchvision's `squeezenet1_1-features.pth` and LPIPS 0.1's `v0.1-squeeze.pth`.
 */
import { join } from 'node:path';
import { engine } from '@tensorflow/tfjs-core';
import type { Tensor } from '@tensorflow/tfjs-core';
import { readPyTorch, toFloat32State } from '@mfim/checkpoints';
import { lpips, lpipsParameters } from '@mfim/nn';
import { toSigned } from '@mfim/tensor-contracts';
import type { ByteImage, InferenceRuntime } from '@mfim/tensor-contracts';
import { traceToOnnx } from '@mfim/tfjs-onnx';
import { useCpuBackend } from '../use-cpu-backend.ts';
import { readInputFile } from '../input-file.ts';

/** Distance of two images of the size that it was opened for. */
export interface PerceptualDistance {
  measure(first: ByteImage, second: ByteImage): Promise<number>;
  release(): Promise<void>;
}

async function readState(path: string) {
  return toFloat32State(readPyTorch(await readInputFile(path, '--lpips')).tensors);
}

/** Where the weights are, and the side of the images. */
export interface PerceptualRequest {
  readonly folder: string;
  readonly size: number;
}

/** @throws InputError when the weights are absent or of another network. */
export async function openPerceptualDistance(
  runtime: InferenceRuntime,
  { folder, size }: PerceptualRequest,
): Promise<PerceptualDistance> {
  const trunk = await readState(join(folder, 'squeezenet1_1-features.pth'));
  const heads = await readState(join(folder, 'v0.1-squeeze.pth'));
  await useCpuBackend();
  engine().startScope();
  const parameters = lpipsParameters(trunk, heads);
  const shape = [1, size, size, 3];
  const traced = await traceToOnnx(
    ({ first, second }) => ({ distance: lpips(parameters, first as Tensor, second as Tensor) }),
    { name: 'lpips-squeeze', inputs: [{ name: 'first', shape }, { name: 'second', shape }] },
  );
  engine().endScope();
  const session = await runtime.open(traced.bytes);
  return {
    async measure(first, second) {
      const feeds = { first: { data: toSigned(first).data, shape }, second: { data: toSigned(second).data, shape } };
      const { distance } = await session.run(feeds);
      return distance?.data[0] as number;
    },
    release: () => session.release(),
  };
}
