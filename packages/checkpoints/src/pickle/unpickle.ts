/**
 * A pickle machine, protocols 0 to 5 (opcodes as in CPython's `pickletools`). It builds plain values and calls nothing: what
 * stands for names, calls and states is left to its rules, of which the strict ones refuse all that is not on the allow-list.
 */
import { damaged } from '../damaged.ts';
import type { Reading, Region } from '../reading/region.ts';
import { OpcodeStream, spend } from './opcode-stream.ts';
import type { Opcode, PickleBudget } from './opcode-stream.ts';
import { PickleStack } from './pickle-stack.ts';
import { parseFloatLine, parseIntegerLine, parseStringLine, parseUnicodeLine } from './pickle-lines.ts';
import type { PickleValue } from './pickle-value.ts';

const WHERE = 'readPickle';
const NEWEST_PROTOCOL = 5;
const MAXIMUM_GLOBAL = 1000;

/** What stands for the parts of a pickle that would run code. */
export interface PickleRules {
  /** A module's attribute. */
  global(module: string, name: string): PickleValue;
  /** A call, by REDUCE, NEWOBJ, OBJ or INST. */
  call(callee: PickleValue, parameters: PickleValue): Reading<PickleValue>;
  /** State for an object that was just made. */
  build(object: PickleValue, state: PickleValue): void;
  persistent(id: PickleValue): PickleValue;
  /** Items for an object that is neither list nor dictionary. */
  addTo(object: PickleValue, items: readonly PickleValue[]): void;
  /** Told every opcode. */
  seen?(opcode: Opcode): void;
}

interface Machine {
  readonly stack: PickleStack;
  readonly budget: PickleBudget;
  readonly rules: PickleRules;
}

type Operation = (machine: Machine, argument: Opcode['argument']) => void;
type Calling = (machine: Machine, argument: Opcode['argument']) => Reading<PickleValue>;

const pushArgument: Operation = ({ stack }, argument) => stack.push(argument as PickleValue);

function setItems({ rules }: Machine, target: PickleValue, items: readonly PickleValue[]): void {
  if (items.length % 2 !== 0) damaged(WHERE, { expected: 'keys and values in pairs', got: `${items.length} items` });
  if (!(target instanceof Map)) {
    rules.addTo(target, items);
    return;
  }
  for (let index = 0; index < items.length; index += 2) target.set(items[index] as PickleValue, items[index + 1] as PickleValue);
}

function append({ rules }: Machine, target: PickleValue, items: readonly PickleValue[]): void {
  if (!Array.isArray(target)) rules.addTo(target, items);
  else for (const item of items) target.push(item);
}

function pushDictionary(machine: Machine): void {
  const dictionary = new Map<PickleValue, PickleValue>();
  setItems(machine, dictionary, machine.stack.popToMark());
  machine.stack.push(dictionary);
}

function namedGlobal({ rules }: Machine, module: string, name: string): PickleValue {
  if (module.length + name.length > MAXIMUM_GLOBAL) damaged(WHERE, { expected: `names of at most ${MAXIMUM_GLOBAL} characters`, got: 'a longer one' });
  return rules.global(module, name);
}

function stackGlobal(machine: Machine): void {
  const [module, name] = machine.stack.popSeveral(2);
  if (typeof module !== 'string' || typeof name !== 'string') damaged(WHERE, { expected: 'the name of a global', got: 'something else' });
  machine.stack.push(namedGlobal(machine, module, name));
}

function refuseOpcode(name: string): Operation {
  return () => damaged(WHERE, { expected: 'a pickle that is complete in itself', got: `opcode ${name}` });
}

const OPERATIONS: Readonly<Record<string, Operation>> = {
  FRAME: () => undefined,
  PROTO: (_, version) => {
    if ((version as number) > NEWEST_PROTOCOL) damaged(WHERE, { expected: `protocol ${NEWEST_PROTOCOL} or older`, got: String(version) });
  },
  MARK: ({ stack }) => stack.mark(),
  POP: ({ stack }) => stack.drop(),
  POP_MARK: ({ stack }) => void stack.popToMark(),
  DUP: ({ stack }) => stack.push(stack.top()),
  NONE: ({ stack }) => stack.push(null),
  NEWTRUE: ({ stack }) => stack.push(true),
  NEWFALSE: ({ stack }) => stack.push(false),
  EMPTY_LIST: ({ stack }) => stack.push([]),
  EMPTY_TUPLE: ({ stack }) => stack.push([]),
  EMPTY_SET: ({ stack }) => stack.push([]),
  EMPTY_DICT: ({ stack }) => stack.push(new Map<PickleValue, PickleValue>()),
  BININT: pushArgument,
  BININT1: pushArgument,
  BININT2: pushArgument,
  LONG1: pushArgument,
  LONG4: pushArgument,
  BINFLOAT: pushArgument,
  INT: ({ stack }, line) => stack.push(parseIntegerLine(line as string)),
  LONG: ({ stack }, line) => stack.push(parseIntegerLine(line as string)),
  FLOAT: ({ stack }, line) => stack.push(parseFloatLine(line as string)),
  STRING: ({ stack }, line) => stack.push(parseStringLine(line as string)),
  UNICODE: ({ stack }, line) => stack.push(parseUnicodeLine(line as string)),
  BINUNICODE: pushArgument,
  SHORT_BINUNICODE: pushArgument,
  BINUNICODE8: pushArgument,
  BINSTRING: pushArgument,
  SHORT_BINSTRING: pushArgument,
  BINBYTES: pushArgument,
  SHORT_BINBYTES: pushArgument,
  BINBYTES8: pushArgument,
  BYTEARRAY8: pushArgument,
  PUT: ({ stack }, line) => stack.store(Number(parseIntegerLine(line as string))),
  BINPUT: ({ stack }, index) => stack.store(index as number),
  LONG_BINPUT: ({ stack }, index) => stack.store(index as number),
  MEMOIZE: ({ stack }) => stack.storeNext(),
  GET: ({ stack }, line) => stack.recall(Number(parseIntegerLine(line as string))),
  BINGET: ({ stack }, index) => stack.recall(index as number),
  LONG_BINGET: ({ stack }, index) => stack.recall(index as number),
  TUPLE1: ({ stack }) => stack.push(stack.popSeveral(1)),
  TUPLE2: ({ stack }) => stack.push(stack.popSeveral(2)),
  TUPLE3: ({ stack }) => stack.push(stack.popSeveral(3)),
  TUPLE: ({ stack }) => stack.push(stack.popToMark()),
  LIST: ({ stack }) => stack.push(stack.popToMark()),
  FROZENSET: ({ stack }) => stack.push(stack.popToMark()),
  DICT: pushDictionary,
  APPEND: (machine) => {
    const item = machine.stack.pop();
    append(machine, machine.stack.top(), [item]);
  },
  APPENDS: (machine) => {
    const items = machine.stack.popToMark();
    append(machine, machine.stack.top(), items);
  },
  ADDITEMS: (machine) => {
    const items = machine.stack.popToMark();
    append(machine, machine.stack.top(), items);
  },
  SETITEM: (machine) => {
    const items = machine.stack.popSeveral(2);
    setItems(machine, machine.stack.top(), items);
  },
  SETITEMS: (machine) => {
    const items = machine.stack.popToMark();
    setItems(machine, machine.stack.top(), items);
  },
  GLOBAL: (machine, lines) => machine.stack.push(namedGlobal(machine, ...(lines as readonly [string, string]))),
  STACK_GLOBAL: stackGlobal,
  EXT1: ({ stack, rules }, code) => stack.push(rules.global('copyreg', `extension ${String(code)}`)),
  EXT2: ({ stack, rules }, code) => stack.push(rules.global('copyreg', `extension ${String(code)}`)),
  EXT4: ({ stack, rules }, code) => stack.push(rules.global('copyreg', `extension ${String(code)}`)),
  BUILD: ({ stack, rules, budget }) => {
    const state = stack.pop();
    charge(budget, state);
    rules.build(stack.top(), state);
  },
  BINPERSID: ({ stack, rules }) => stack.push(rules.persistent(stack.pop())),
  PERSID: ({ stack, rules }, line) => stack.push(rules.persistent(line as string)),
  NEXT_BUFFER: refuseOpcode('NEXT_BUFFER'),
  READONLY_BUFFER: refuseOpcode('READONLY_BUFFER'),
};

/** Charges a call or a state for what it hands over: memoised values can be handed over as often as there are opcodes. */
function charge(budget: PickleBudget, value: PickleValue, depth = 2): void {
  if (typeof value === 'string') spend(budget, 'textBytes', value.length);
  else if (value instanceof Uint8Array) spend(budget, 'textBytes', value.byteLength);
  else if (value instanceof Map) spend(budget, 'containers', value.size);
  else if (Array.isArray(value)) {
    spend(budget, 'containers', value.length);
    if (depth > 0) for (const item of value) charge(budget, item, depth - 1);
  }
}

function make({ rules, budget }: Machine, callee: PickleValue, parameters: PickleValue): Reading<PickleValue> {
  charge(budget, parameters);
  return rules.call(callee, parameters);
}

const CALLS: Readonly<Record<string, Calling>> = {
  REDUCE(machine) {
    const [callee, parameters] = machine.stack.popSeveral(2) as [PickleValue, PickleValue];
    return make(machine, callee, parameters);
  },
  NEWOBJ(machine) {
    const [callee, parameters] = machine.stack.popSeveral(2) as [PickleValue, PickleValue];
    return make(machine, callee, parameters);
  },
  NEWOBJ_EX(machine) {
    const [callee, parameters, named] = machine.stack.popSeveral(3) as [PickleValue, PickleValue, PickleValue];
    const all = named instanceof Map && named.size > 0 && Array.isArray(parameters) ? [...parameters, named] : parameters;
    return make(machine, callee, all);
  },
  OBJ(machine) {
    const [callee, ...parameters] = machine.stack.popToMark();
    return make(machine, callee ?? null, parameters);
  },
  INST(machine, lines) {
    return make(machine, namedGlobal(machine, ...(lines as readonly [string, string])), machine.stack.popToMark());
  },
};

/** A pickle that was read. */
export interface Unpickled {
  readonly value: PickleValue;
  /** Behind its last opcode. */
  readonly end: number;
}

/**
 * Reads one pickle.
 *
 * @param position where it starts in the region
 * @param budget what it may use; several pickles of one file share one
 * @throws InputError on any damage, when a budget is used up, and whatever the rules refuse.
 */
export function* unpickle(region: Region, position: number, context: { readonly rules: PickleRules; readonly budget: PickleBudget }): Reading<Unpickled> {
  const { rules, budget } = context;
  const stream = new OpcodeStream(region, position, budget);
  const machine: Machine = { stack: new PickleStack(), rules, budget };
  for (;;) {
    const opcode = yield* stream.next();
    rules.seen?.(opcode);
    if (opcode.name === 'STOP') return { value: machine.stack.pop(), end: stream.window.position };
    spend(budget, 'containers', CONTAINERS.has(opcode.name) ? 1 : 0);
    const calling = CALLS[opcode.name];
    if (calling === undefined) (OPERATIONS[opcode.name] as Operation)(machine, opcode.argument);
    else machine.stack.push(yield* calling(machine, opcode.argument));
  }
}

/** Opcodes that make something which takes far more memory than their byte. */
const CONTAINERS: ReadonlySet<string> = new Set([
  'EMPTY_LIST', 'EMPTY_TUPLE', 'EMPTY_SET', 'EMPTY_DICT', 'TUPLE', 'LIST', 'FROZENSET', 'DICT', 'TUPLE1', 'TUPLE2', 'TUPLE3',
  'BINBYTES', 'SHORT_BINBYTES', 'BINBYTES8', 'BYTEARRAY8', ...Object.keys(CALLS),
]);
