/**
 * Runs a graph that treats every item alike (an optimiser's update) over vectors that lie in memory: in stretches that fit
 * the cache, each written back in place. So an update needs no second copy of its state.
 */
import { InternalError } from '@mfim/tensor-contracts';
import type { Feeds, LoadedProgram } from './load-program.ts';
import { hostTensor } from './load-program.ts';
import type { RuntimeOptions } from './onnx-runtime.ts';

/** Items of one stretch: 512 KiB of float32 for each vector. Our choice. */
const STRETCH = 2 ** 17;

/** What is run over what. */
export interface ItemwiseRun {
  readonly program: LoadedProgram;
  readonly options: RuntimeOptions;
  /** Vectors of one length, by the names of the graph's inputs; `results` are written back into those of the second name. */
  readonly vectors: ReadonlyMap<string, Float32Array>;
  /** The output that replaces each vector, by the vector's name. */
  readonly results: ReadonlyMap<string, string>;
  /** What is the same for all items. */
  readonly common: Feeds;
}

/** Replaces the vectors' items. When it throws, some are replaced and some are not. */
export async function runItemwise({ program, options, vectors, results, common }: ItemwiseRun): Promise<void> {
  const length = Math.max(0, ...[...vectors.values()].map((vector) => vector.length));
  for (let start = 0; start < length; start += STRETCH) {
    const size = Math.min(STRETCH, length - start);
    const type = { shape: [size], dtype: 'float32' } as const;
    const feeds = [...vectors].map(([name, vector]) => [name, hostTensor(options, vector.subarray(start, start + size), type)] as const);
    const outputs = await program.run({ ...common, ...Object.fromEntries(feeds) });
    for (const [name, output] of results) {
      const values = outputs[output]?.data;
      const vector = vectors.get(name);
      if (vector === undefined || !(values instanceof Float32Array) || values.length !== size) {
        throw new InternalError({ where: program.facts.name, expected: `${size} numbers for ${name}`, got: `${(values as { length?: number } | undefined)?.length ?? 'none'}`, remedy: 'report the function that was compiled' });
      }
      vector.set(values, start);
    }
  }
}
