/**
 * From the object in a checkpoint to flat maps by dotted name: `{'g_ema': {'conv1.bias': t}}` gives
 * `g_ema.conv1.bias`. Pickles may share or contain themselves, so visits and depth are limited.
 */
import { damaged } from '../damaged.ts';
import type { RawTensor } from '../raw-tensor.ts';
import { checkTensorName } from '../tensor-name.ts';
import { materialise } from './materialise.ts';
import type { CopyBudget } from './materialise.ts';
import type { PickleValue } from './pickle-value.ts';
import { StorageView } from './storage.ts';

const WHERE = 'readPyTorch';
const MAXIMUM_DEPTH = 32;
const MAXIMUM_VISITS = 500_000;
/** Strided tensors may be copied to this many times the size of the file, and a mebibyte. */
const COPY_FACTOR = 4;
const COPY_ALLOWANCE = 2 ** 20;

/** A value that is not a tensor. */
export type Scalar = null | boolean | number | bigint | string;

/** The flat content of a checkpoint, in the order of the file. */
export interface FlatCheckpoint {
  readonly tensors: ReadonlyMap<string, RawTensor>;
  readonly scalars: ReadonlyMap<string, Scalar>;
}

interface Walk {
  readonly tensors: Map<string, RawTensor>;
  readonly scalars: Map<string, Scalar>;
  readonly shared: Map<StorageView, RawTensor>;
  readonly budget: CopyBudget;
  visits: number;
}

function addTensor(walk: Walk, name: string, view: StorageView): void {
  const tensor = walk.shared.get(view) ?? materialise(name, view, walk.budget);
  walk.shared.set(view, tensor);
  walk.tensors.set(name, tensor);
}

function isScalar(value: PickleValue): value is Scalar {
  return value === null || ['boolean', 'number', 'bigint', 'string'].includes(typeof value);
}

function keyText(key: PickleValue): string {
  if (typeof key === 'string' || typeof key === 'number') return String(key);
  return damaged(WHERE, { expected: 'dictionary keys that are text or numbers', got: 'another key' });
}

function visit(walk: Walk, value: PickleValue, path: readonly string[]): void {
  walk.visits += 1;
  if (path.length > MAXIMUM_DEPTH || walk.visits > MAXIMUM_VISITS) {
    damaged(WHERE, { expected: `at most ${MAXIMUM_DEPTH} levels and ${MAXIMUM_VISITS} values`, got: 'more' });
  }
  if (value instanceof StorageView) addTensor(walk, path.join('.'), value);
  else if (isScalar(value)) walk.scalars.set(path.join('.'), value);
  else if (Array.isArray(value)) value.forEach((item, index) => visit(walk, item, [...path, String(index)]));
  else if (value instanceof Map) {
    for (const [key, item] of value) {
      const text = keyText(key);
      checkTensorName(WHERE, text);
      visit(walk, item, [...path, text]);
    }
  }
}

/**
 * Flattens what a pickle holds.
 *
 * @param fileBytes size of the file, from which the budget for copies is derived
 * @throws InputError on names with `__proto__`, and on values nested or repeated beyond all use.
 */
export function flattenCheckpoint(value: PickleValue, fileBytes: number): FlatCheckpoint {
  const walk: Walk = {
    tensors: new Map(),
    scalars: new Map(),
    shared: new Map(),
    budget: { bytes: fileBytes * COPY_FACTOR + COPY_ALLOWANCE },
    visits: 0,
  };
  visit(walk, value, []);
  return { tensors: walk.tensors, scalars: walk.scalars };
}
