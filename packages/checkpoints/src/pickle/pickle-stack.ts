/** The stack, marks and memo of the unpickler, with every access checked. */
import { damaged } from '../damaged.ts';
import type { PickleValue } from './pickle-value.ts';

const WHERE = 'readPickle';
const DAMAGED = { expected: 'a well-formed pickle' };

/** Working memory of one pickle. Its size is bounded by the number of opcodes. */
export class PickleStack {
  readonly #values: PickleValue[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickleValue>();

  push(value: PickleValue): void {
    this.#values.push(value);
  }

  pop(): PickleValue {
    const floor = this.#marks.at(-1) ?? 0;
    if (this.#values.length <= floor) damaged(WHERE, { ...DAMAGED, got: 'too few values on its stack' });
    return this.#values.pop() as PickleValue;
  }

  /** Removes `count` values; the first pushed comes first. */
  popSeveral(count: number): PickleValue[] {
    return Array.from({ length: count }, () => this.pop()).toReversed();
  }

  /** `POP` also takes a mark away where one is on top. */
  drop(): void {
    if (this.#marks.at(-1) === this.#values.length) this.#marks.pop();
    else this.pop();
  }

  top(): PickleValue {
    const value = this.#values.at(-1);
    if (value === undefined) damaged(WHERE, { ...DAMAGED, got: 'an empty stack' });
    return value;
  }

  mark(): void {
    this.#marks.push(this.#values.length);
  }

  /** Removes the values above the last mark, in order, and the mark. */
  popToMark(): PickleValue[] {
    const mark = this.#marks.pop();
    if (mark === undefined) damaged(WHERE, { ...DAMAGED, got: 'no mark on its stack' });
    return this.#values.splice(mark);
  }

  store(index: number): void {
    this.#memo.set(index, this.top());
  }

  storeNext(): void {
    this.store(this.#memo.size);
  }

  recall(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) damaged(WHERE, { ...DAMAGED, got: `no value number ${index} in its memo` });
    this.push(value);
  }
}
