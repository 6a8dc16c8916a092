/** A pickle as a sequence of opcodes with their arguments. Long byte strings are not read: they become parts of the file. */
import { damaged } from '../damaged.ts';
import { ReadingWindow } from '../reading/reading-window.ts';
import type { Reading, Region } from '../reading/region.ts';
import { OPCODES } from './opcode-table.ts';
import type { ArgumentForm } from './opcode-table.ts';
import { BytesSpan } from './pickle-value.ts';

const WHERE = 'readPickle';
/** Opcode, length and the largest number. */
const LOOK_AHEAD = 16;
/** Byte strings up to here are copied, longer ones stay in the file. */
const INLINE_BYTES = 4096;
const MAXIMUM_LINE = 2 ** 24;
const MAXIMUM_INTEGER_BYTES = 1024;

/** Limits of a pickle, and what was used of them. */
export interface PickleBudget {
  opcodes: number;
  textBytes: number;
  containers: number;
}

/** Far above real checkpoints: one of 10 thousand tensors has some 300 thousand opcodes. */
export function pickleBudget(): PickleBudget {
  return { opcodes: 8_000_000, textBytes: 2 ** 28, containers: 1_000_000 };
}

/** The argument of an opcode. */
export type Argument = undefined | number | bigint | string | readonly [string, string] | Uint8Array | BytesSpan;

/** One opcode with its argument. */
export interface Opcode {
  readonly code: number;
  readonly name: string;
  readonly argument: Argument;
}

/** Uses up a part of a budget. */
export function spend(budget: PickleBudget, what: keyof PickleBudget, amount: number): void {
  budget[what] -= amount;
  if (budget[what] < 0) damaged(WHERE, { expected: `a pickle within its budget of ${what}`, got: 'more' });
}

/** The opcodes of one pickle. */
export class OpcodeStream {
  readonly window: ReadingWindow;
  readonly #budget: PickleBudget;

  constructor(region: Region, position: number, budget: PickleBudget) {
    this.window = new ReadingWindow(WHERE, region, position);
    this.#budget = budget;
  }

  *next(): Reading<Opcode> {
    const { window } = this;
    yield* window.fill(LOOK_AHEAD);
    spend(this.#budget, 'opcodes', 1);
    const code = window.reader.u8();
    const info = OPCODES.get(code);
    if (info === undefined) damaged(WHERE, { expected: 'a pickle opcode', got: `0x${code.toString(16)} at ${window.position - 1}` });
    return { code, name: info.name, argument: info.form === 'none' ? undefined : yield* this.#argument(info.form) };
  }

  *#argument(form: ArgumentForm): Reading<Argument> {
    const { reader } = this.window;
    if (form === 'u8') return reader.u8();
    if (form === 'u16') return reader.u16();
    if (form === 'u32') return reader.u32();
    if (form === 'i32') return reader.i32();
    if (form === 'u64') return reader.u64();
    if (form === 'f64') return reader.f64();
    if (form === 'line') return yield* this.#line();
    if (form === 'two lines') return [yield* this.#line(), yield* this.#line()];
    return yield* this.#counted(form);
  }

  *#counted(form: ArgumentForm): Reading<Argument> {
    const { reader } = this.window;
    const [kind, , width] = form.split(' ');
    const length = width === 'u8' ? reader.u8() : width === 'u32' ? reader.u32() : Number(reader.u64());
    if (kind === 'bytes' && length > INLINE_BYTES) return new BytesSpan(this.window.pass(length));
    if (kind === 'integer') {
      if (length > MAXIMUM_INTEGER_BYTES) damaged(WHERE, { expected: `integers of at most ${MAXIMUM_INTEGER_BYTES} bytes`, got: `${length}` });
    } else spend(this.#budget, 'textBytes', length);
    yield* this.window.fill(length);
    if (kind === 'integer') return this.window.reader.integer(length);
    if (kind === 'utf8') return this.window.reader.text(length);
    if (kind === 'latin1') return this.window.reader.latin1(length);
    return this.window.reader.take(length).slice();
  }

  *#line(): Reading<string> {
    const { window } = this;
    let wanted = LOOK_AHEAD;
    for (;;) {
      yield* window.fill(wanted);
      const line = window.reader.lineIfBuffered();
      if (line !== undefined) {
        spend(this.#budget, 'textBytes', line.length);
        return line;
      }
      if (window.buffered >= Math.min(window.left, MAXIMUM_LINE)) damaged(WHERE, { expected: 'a newline', got: 'none' });
      wanted = Math.min(Math.max(window.buffered, LOOK_AHEAD) * 2, window.left);
    }
  }
}
