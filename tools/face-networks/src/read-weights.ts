/**
 * Reads a TensorFlow.js weight manifest and its binary file: `value = stored * scale + min` for
 * 8-bit entries, plain float32 otherwise. (The format is documented with tfjs-converter.)
 */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { InputError } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';

interface ManifestEntry {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: { readonly dtype: string; readonly scale: number; readonly min: number };
}

type Manifest = readonly { readonly paths: readonly string[]; readonly weights: readonly ManifestEntry[] }[];

/** Gives a weight by its name in the manifest. */
export type Weights = (name: string) => tf.Tensor;

const FLOAT_BYTES = 4;

function refuse(path: string, expected: string, got: string): never {
  throw new InputError({ where: path, expected, got, remedy: 'install the pinned version of the package that carries it' });
}

function readValues(entry: ManifestEntry, bytes: Uint8Array): Float32Array {
  const { quantization } = entry;
  if (quantization !== undefined) return Float32Array.from(bytes, (stored) => stored * quantization.scale + quantization.min);
  return new Float32Array(bytes.slice().buffer);
}

function widthOf(entry: ManifestEntry, path: string): number {
  const stored = entry.quantization?.dtype ?? entry.dtype;
  if (stored === 'uint8') return 1;
  if (stored === 'float32') return FLOAT_BYTES;
  return refuse(path, 'weights stored as uint8 or float32', `${stored} for ${entry.name}`);
}

/**
 * Reads all weights of one network.
 *
 * @param path of the `*-weights_manifest.json`
 * @throws InputError when the binary file's size does not fit the manifest
 */
export async function readWeights(path: string): Promise<Weights> {
  const manifest = JSON.parse(await readFile(path, 'utf8')) as Manifest;
  const tensors = new Map<string, tf.Tensor>();
  for (const group of manifest) {
    const parts = await Promise.all(group.paths.map((name) => readFile(join(dirname(path), name))));
    const bytes = new Uint8Array(Buffer.concat(parts));
    let offset = 0;
    for (const entry of group.weights) {
      const count = entry.shape.reduce((product, length) => product * length, 1);
      const end = offset + count * widthOf(entry, path);
      const values = readValues(entry, bytes.subarray(offset, end));
      if (values.length !== count) refuse(path, `${count} values for ${entry.name}`, `${values.length}`);
      tensors.set(entry.name, tf.tensor(values, [...entry.shape], 'float32'));
      offset = end;
    }
    if (offset !== bytes.length) refuse(path, `${offset} bytes of weights`, `${bytes.length}`);
  }
  return (name) => tensors.get(name) ?? refuse(path, `a weight named '${name}'`, 'none');
}
