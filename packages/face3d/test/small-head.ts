/** A small head model with the groups and counts of a real one: a sphere with noise modes; and a source of random numbers. */
import type { MorphableBasis } from '@mfim/tensor-contracts';
import { landmarksAtVertices } from '../src/index.ts';
import type { RandomSource } from '../src/index.ts';

/** Numbers from a seed (mulberry32). */
export function randomSource(seed: number): RandomSource {
  let state = seed;
  const uniform = (): number => {
    state = (state + 0x6d2b_79f5) | 0;
    let bits = Math.imul(state ^ (state >>> 15), 1 | state);
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits;
    return ((bits ^ (bits >>> 14)) >>> 0) / 2 ** 32;
  };
  return { uniform, normal: () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform()) };
}

const RINGS = 14;
const AROUND = 20;

/** A closed sphere of radius 9 with `modes` random smooth modes of each kind. */
export function sphereBasis(modes = 3): MorphableBasis {
  const random = randomSource(5);
  const mean: number[] = [];
  const triangles: number[] = [];
  for (let ring = 0; ring <= RINGS; ring += 1) {
    for (let step = 0; step < AROUND; step += 1) {
      const [height, angle] = [Math.cos((Math.PI * ring) / RINGS), (2 * Math.PI * step) / AROUND];
      const radius = Math.sqrt(Math.max(0, 1 - height * height));
      mean.push(9 * radius * Math.sin(angle), 9 * height, 9 * radius * Math.cos(angle));
      const [a, b] = [ring * AROUND + step, ring * AROUND + ((step + 1) % AROUND)];
      if (ring < RINGS) triangles.push(a, a + AROUND, b, b, a + AROUND, b + AROUND);
    }
  }
  const draw = (): Float32Array => Float32Array.from({ length: modes * mean.length }, () => 0.4 * random.normal());
  return {
    name: 'sphere',
    mean: Float32Array.from(mean),
    identity: draw(),
    expression: draw(),
    triangles: Int32Array.from(triangles),
    landmarks: landmarksAtVertices(Array.from({ length: 68 }, (_, index) => (index * 3) % (mean.length / 3))),
    millimetresPerUnit: 10,
  };
}
