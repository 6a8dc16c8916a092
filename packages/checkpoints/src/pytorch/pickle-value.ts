/** What may lie on the stack of the restricted unpickler. */
import type { Storage, StorageView } from './storage.ts';

/** A name from the allow-list, standing for the class or function; never run. */
export class GlobalName {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** Tuples and lists are arrays; dictionaries are maps. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | Map<PickleValue, PickleValue>
  | GlobalName
  | Storage
  | StorageView;
