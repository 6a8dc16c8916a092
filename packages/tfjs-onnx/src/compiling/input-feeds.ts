/**
 * Inputs of a call as feeds of a graph.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import { refuseNaN } from './input-spec.ts';
import { hostTensor } from './load-program.ts';
import type { Feeds } from './load-program.ts';
import type { RuntimeOptions } from './onnx-runtime.ts';

/** How a function is compiled. */
export interface CompileOptions extends RuntimeOptions {
  /** For messages; default: the function's name. */
  readonly name?: string;
  /** Whether inputs are searched for NaN before every run. Default true. */
  readonly checkNumbers?: boolean;
}

/** ONNX has one name space for all inputs and outputs of a graph; these prefixes divide it. */
export const INPUT = 'input/';
/** Prefix of outputs. */
export const OUTPUT = 'output/';

/** Reads the tensors. @throws InputError for NaN */
export async function inputFeeds(where: string, inputs: Readonly<Record<string, Tensor>>, options: CompileOptions): Promise<Feeds> {
  const entries = Object.entries(inputs).map(async ([name, tensor]) => {
    const data = await tensor.data();
    if (options.checkNumbers !== false && tensor.dtype === 'float32') refuseNaN(where, name, { data, shape: tensor.shape });
    return [INPUT + name, hostTensor(options, data, tensor)] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** The entries with a prefix before their names. */
export function prefixed<Item>(prefix: string, items: Iterable<readonly [string, Item]>): Map<string, Item> {
  return new Map([...items].map(([name, item]) => [prefix + name, item] as const));
}

/** The entries whose names have the prefix, without it. */
export function unprefixed<Item>(prefix: string, items: Iterable<readonly [string, Item]>): Record<string, Item> {
  return Object.fromEntries([...items].filter(([name]) => name.startsWith(prefix)).map(([name, item]) => [name.slice(prefix.length), item] as const));
}
