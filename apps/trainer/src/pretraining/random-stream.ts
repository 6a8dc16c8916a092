/** A resumable stream of random numbers: its whole state is a list of whole numbers. */
import { xoroshiro128plus, xoroshiro128plusFromState } from 'pure-rand/generator/xoroshiro128plus';

/** Independent draws; `state()` starts an equal stream. */
export interface RandomStream {
  /** In [0, 1). */
  uniform(): number;
  /** N(0, 1), by Box and Muller; the second of the pair is thrown away, so that nothing but the state is remembered. */
  normal(): number;
  state(): readonly number[];
}

const TWO_TO_32 = 2 ** 32;

/** A stream from a seed, or from the `state()` of an earlier one. */
export function randomStream(start: number | readonly number[]): RandomStream {
  const generator = typeof start === 'number' ? xoroshiro128plus(start) : xoroshiro128plusFromState(start.slice());
  const uniform = (): number => (generator.next() >>> 0) / TWO_TO_32;
  return {
    uniform,
    // 1 - uniform is in (0, 1]: the logarithm never sees 0.
    normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()),
    state: () => generator.getState(),
  };
}
