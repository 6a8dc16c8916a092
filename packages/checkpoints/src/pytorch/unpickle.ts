/**
 * A restricted unpickler: the subset of pickle protocols 2 to 5 that PyTorch's checkpoints use (opcodes
 * as in CPython's `pickletools`). It builds plain values, calls nothing, and names what it refuses.
 */
import { damaged } from '../damaged.ts';
import { callGlobal, checkGlobal } from './allowed-globals.ts';
import type { ByteReader } from './byte-reader.ts';
import { PickleStack } from './pickle-stack.ts';
import { GlobalName } from './pickle-value.ts';
import type { PickleValue } from './pickle-value.ts';
import { StorageView } from './storage.ts';

const WHERE = 'readPyTorch';
const NEWEST_PROTOCOL = 5;
const STOP = 0x2e;
const FRAME_BYTES = 8;

/** Turns a persistent id, `('storage', class, key, location, count)`, into a storage. */
export type PersistentLoad = (id: PickleValue) => PickleValue;

interface Machine {
  readonly reader: ByteReader;
  readonly stack: PickleStack;
  readonly persistentLoad: PersistentLoad;
}

type Operation = (machine: Machine) => void;

function setItems(dictionary: Map<PickleValue, PickleValue>, items: readonly PickleValue[]): void {
  if (items.length % 2 !== 0) damaged(WHERE, { expected: 'keys and values in pairs', got: `${items.length} items` });
  for (let index = 0; index < items.length; index += 2) {
    dictionary.set(items[index] as PickleValue, items[index + 1] as PickleValue);
  }
}

function dictionaryOf(items: readonly PickleValue[]): Map<PickleValue, PickleValue> {
  const dictionary = new Map<PickleValue, PickleValue>();
  setItems(dictionary, items);
  return dictionary;
}

function popTuple({ stack }: Machine, count: number): void {
  const items = Array.from({ length: count }, () => stack.pop());
  stack.push(items.toReversed());
}

function pushGlobal({ stack }: Machine, module: PickleValue, name: PickleValue): void {
  const full = `${String(module)}.${String(name)}`;
  checkGlobal(full);
  stack.push(new GlobalName(full));
}

function call({ stack }: Machine): void {
  const parameters = stack.pop();
  const callee = stack.pop();
  if (!(callee instanceof GlobalName) || !Array.isArray(parameters)) {
    damaged(WHERE, { expected: 'a call of a named global', got: 'something else' });
  }
  stack.push(callGlobal(callee.name, parameters));
}

/** State of a Namespace becomes its items; attributes of a dictionary or tensor are dropped. */
function build({ stack }: Machine): void {
  const state = stack.pop();
  const object = stack.top();
  if (object instanceof Map && object.size === 0 && state instanceof Map && !state.has('_metadata')) {
    for (const [key, value] of state) object.set(key, value);
  } else if (!(object instanceof Map || object instanceof StorageView)) {
    damaged(WHERE, { expected: 'state for a dictionary or a tensor', got: 'state for something else' });
  }
}

const OPERATIONS: ReadonlyMap<number, Operation> = new Map<number, Operation>([
  [0x95, ({ reader }) => void reader.take(FRAME_BYTES)],
  [0x28, ({ stack }) => stack.mark()],
  [0x30, ({ stack }) => void stack.pop()],
  [0x31, ({ stack }) => void stack.popToMark()],
  [0x32, ({ stack }) => stack.push(stack.top())],
  // Constants and empty containers
  [0x4e, ({ stack }) => stack.push(null)],
  [0x88, ({ stack }) => stack.push(true)],
  [0x89, ({ stack }) => stack.push(false)],
  [0x5d, ({ stack }) => stack.push([])],
  [0x29, ({ stack }) => stack.push([])],
  [0x7d, ({ stack }) => stack.push(new Map<PickleValue, PickleValue>())],
  // Numbers
  [0x4b, ({ reader, stack }) => stack.push(reader.u8())],
  [0x4d, ({ reader, stack }) => stack.push(reader.u16())],
  [0x4a, ({ reader, stack }) => stack.push(reader.i32())],
  [0x8a, ({ reader, stack }) => stack.push(reader.integer(reader.u8()))],
  [0x47, ({ reader, stack }) => stack.push(reader.f64())],
  // Text and bytes
  [0x58, ({ reader, stack }) => stack.push(reader.text(reader.u32()))],
  [0x8c, ({ reader, stack }) => stack.push(reader.text(reader.u8()))],
  [0x54, ({ reader, stack }) => stack.push(reader.text(reader.u32()))],
  [0x55, ({ reader, stack }) => stack.push(reader.text(reader.u8()))],
  [0x42, ({ reader, stack }) => stack.push(reader.take(reader.u32()))],
  [0x43, ({ reader, stack }) => stack.push(reader.take(reader.u8()))],
  // Memo
  [0x71, ({ reader, stack }) => stack.store(reader.u8())],
  [0x72, ({ reader, stack }) => stack.store(reader.u32())],
  [0x94, ({ stack }) => stack.storeNext()],
  [0x68, ({ reader, stack }) => stack.recall(reader.u8())],
  [0x6a, ({ reader, stack }) => stack.recall(reader.u32())],
  // Containers
  [0x85, (machine) => popTuple(machine, 1)],
  [0x86, (machine) => popTuple(machine, 2)],
  [0x87, (machine) => popTuple(machine, 3)],
  [0x74, ({ stack }) => stack.push(stack.popToMark())],
  [0x6c, ({ stack }) => stack.push(stack.popToMark())],
  [0x64, ({ stack }) => stack.push(dictionaryOf(stack.popToMark()))],
  [0x61, ({ stack }) => appendAll(stack, [stack.pop()])],
  [0x65, ({ stack }) => appendAll(stack, stack.popToMark())],
  [0x73, ({ stack }) => setOneItem(stack)],
  [0x75, ({ stack }) => setItemsToMark(stack)],
  // Objects
  [0x63, (machine) => pushGlobal(machine, machine.reader.line(), machine.reader.line())],
  [0x93, (machine) => pushStackGlobal(machine)],
  [0x52, call],
  [0x81, call],
  [0x62, build],
  [0x51, ({ stack, persistentLoad }) => stack.push(persistentLoad(stack.pop()))],
]);

function appendAll(stack: PickleStack, items: readonly PickleValue[]): void {
  const list = stack.list();
  for (const item of items) list.push(item);
}

function setOneItem(stack: PickleStack): void {
  const value = stack.pop();
  const key = stack.pop();
  stack.dictionary().set(key, value);
}

function setItemsToMark(stack: PickleStack): void {
  const items = stack.popToMark();
  setItems(stack.dictionary(), items);
}

function pushStackGlobal(machine: Machine): void {
  const name = machine.stack.pop();
  pushGlobal(machine, machine.stack.pop(), name);
}

/**
 * Reads one pickle and leaves the reader behind it.
 *
 * @throws InputError on a refused global or opcode, and on any damage.
 */
export function unpickle(reader: ByteReader, persistentLoad: PersistentLoad): PickleValue {
  const machine: Machine = { reader, stack: new PickleStack(), persistentLoad };
  if (reader.u8() !== 0x80 || reader.u8() > NEWEST_PROTOCOL) {
    damaged(WHERE, { expected: 'a pickle of protocol 2 to 5', got: `other bytes at ${reader.position}` });
  }
  for (;;) {
    const code = reader.u8();
    if (code === STOP) return machine.stack.pop();
    const operation = OPERATIONS.get(code);
    if (operation === undefined) {
      const got = `opcode 0x${code.toString(16)} at ${reader.position - 1}`;
      damaged(WHERE, { expected: 'the pickle opcodes that PyTorch writes', got });
    }
    operation(machine);
  }
}
