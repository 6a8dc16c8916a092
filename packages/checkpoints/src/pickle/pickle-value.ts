/** What may lie on the stack of the restricted unpickler. */
import type { NumpyArray, NumpyType } from '../numpy/numpy-value.ts';
import type { Storage, StorageView } from '../pytorch/storage.ts';
import type { Region } from '../reading/region.ts';

/** A name standing for a class or function; never run. */
export class GlobalName {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** A long byte string, left where it lies. */
export class BytesSpan {
  readonly region: Region;

  constructor(region: Region) {
    this.region = region;
  }
}

/** An object of a class that is known to hold plain attributes, such as a module. Its code is never looked for. */
export class PythonRecord {
  readonly className: string;
  readonly attributes = new Map<PickleValue, PickleValue>();

  constructor(className: string) {
    this.className = className;
  }
}

/** What a call would have returned, where a pickle is only looked at. */
export class UnmadeCall {
  readonly callee: PickleValue;
  readonly parameters: PickleValue;
  /** The global that is called first: of `getattr(os, "system")("...")` it is getattr. */
  readonly root: string | undefined;

  constructor(callee: PickleValue, parameters: PickleValue) {
    this.callee = callee;
    this.parameters = parameters;
    this.root = callee instanceof UnmadeCall ? callee.root : callee instanceof GlobalName ? callee.name : undefined;
  }
}

/** Tuples, lists and sets are arrays; dictionaries are maps. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | BytesSpan
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | GlobalName
  | PythonRecord
  | UnmadeCall
  | NumpyArray
  | NumpyType
  | Storage
  | StorageView;
