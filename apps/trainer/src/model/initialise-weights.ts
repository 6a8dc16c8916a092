/**
 * Starts parts of a network from a file: a checkpoint of this trainer (its averaged weights), or any
 * safetensors file with the part's own parameter names.
 */
import { readFile } from 'node:fs/promises';
import { readSafetensors } from '@mfim/checkpoints';
import type { RawTensor } from '@mfim/checkpoints';
import { InputError } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import { flatFromTensors } from './flat-from-tensors.ts';
import type { FlatLayout } from './flat-network.ts';

/** One part and its file. */
export interface Initialisation {
  /** Beginning of the part's names in the layout, such as `generator.`; empty for a whole network. */
  readonly part: string;
  readonly file: string;
}

/** Where a file may keep the part, in order of preference. */
function prefixesOf(part: string): readonly string[] {
  return part === '' ? ['discriminator.', 'average.', ''] : [`average.${part}`, `swapper.${part}`, part, ''];
}

async function readTensors(file: string): Promise<ReadonlyMap<string, RawTensor>> {
  try {
    return readSafetensors(await readFile(file)).tensors;
  } catch (cause) {
    throw new InputError({ where: file, expected: 'a safetensors file', got: String(cause), remedy: 'name a checkpoint of mfim-train, or import the weights first', cause });
  }
}

function partOf({ names, shapes, sizes }: FlatLayout, part: string): FlatLayout {
  const chosen = names.map((name, index) => ({ name, index })).filter(({ name }) => name.startsWith(part));
  const partSizes = chosen.map(({ index }) => sizes[index] as number);
  return {
    names: chosen.map(({ name }) => name.slice(part.length)),
    shapes: chosen.map(({ index }) => shapes[index] as readonly number[]),
    sizes: partSizes,
    total: partSizes.reduce((sum, size) => sum + size, 0),
  };
}

/**
 * @param flat the network's flat vector; disposed
 * @returns the same with the part replaced
 * @throws InputError naming what is missing or of another shape
 */
export async function initialisePart(layout: FlatLayout, flat: tf.Tensor, { part, file }: Initialisation): Promise<tf.Tensor> {
  const tensors = await readTensors(file);
  const wanted = partOf(layout, part);
  const prefix = prefixesOf(part).find((candidate) => tensors.has(candidate + (wanted.names[0] ?? ''))) ?? part;
  const loaded = flatFromTensors(wanted, { tensors, prefix, origin: file });
  const result = tf.tidy(() => {
    const pieces = tf.split(flat, layout.sizes.slice());
    const fresh = wanted.sizes.length === 1 ? [loaded] : tf.split(loaded, wanted.sizes.slice());
    let next = 0;
    return tf.concat(layout.names.map((name, index) => (name.startsWith(part) ? fresh[next++] : pieces[index]) as tf.Tensor));
  });
  tf.dispose([flat, loaded]);
  return result;
}
