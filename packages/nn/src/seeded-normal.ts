/** Normal random numbers from a seed: xoroshiro128+ (pure-rand) through the Box-Muller transform. */
import { xoroshiro128plus } from 'pure-rand/generator/xoroshiro128plus';

/** Draws that many independent N(0, 1) numbers. Same seed, same calls: same numbers. */
export type NormalSource = (count: number) => Float32Array;

const TWO_TO_32 = 2 ** 32;

/** A `NormalSource` that starts at `seed`. */
export function seededNormal(seed: number): NormalSource {
  const generator = xoroshiro128plus(seed);
  // (0, 1]: the logarithm below must not see 0.
  const uniform = (): number => ((generator.next() >>> 0) + 1) / TWO_TO_32;
  return (count) => {
    const values = new Float32Array(count);
    for (let index = 0; index < count; index += 2) {
      const radius = Math.sqrt(-2 * Math.log(uniform()));
      const angle = 2 * Math.PI * uniform();
      values[index] = radius * Math.cos(angle);
      if (index + 1 < count) values[index + 1] = radius * Math.sin(angle);
    }
    return values;
  };
}
