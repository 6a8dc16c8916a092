/**
 * The graphs of one compiled function, one for each set of input shapes; each is loaded once, also when it is asked for twice
 * at the same time.
 */
import type { TensorType } from '../recording/recorded-graph.ts';
import type { GraphFacts } from './graph-facts.ts';
import type { LoadedProgram } from './load-program.ts';

/** Types of the inputs by name. */
export type InputTypes = ReadonlyMap<string, TensorType>;

const keyOf = (types: InputTypes): string => JSON.stringify([...types].map(([name, { shape }]) => [name, shape]));

/** Loaded graphs by input shapes. */
export class ProgramCache {
  /** Of every graph that was loaded so far. */
  readonly graphs: GraphFacts[] = [];
  private readonly load: (types: InputTypes) => Promise<LoadedProgram>;
  private readonly programs = new Map<string, Promise<LoadedProgram>>();

  constructor(load: (types: InputTypes) => Promise<LoadedProgram>) {
    this.load = load;
  }

  /** The graph for these inputs; one that could not be loaded is tried again. */
  get(types: InputTypes): Promise<LoadedProgram> {
    const key = keyOf(types);
    const known = this.programs.get(key);
    if (known !== undefined) return known;
    const program = this.load(types);
    this.programs.set(key, program);
    program.then(
      ({ facts }) => this.graphs.push(facts),
      () => this.programs.delete(key),
    );
    return program;
  }

  /** Frees the graphs. */
  async release(): Promise<void> {
    const programs = await Promise.allSettled(this.programs.values());
    this.programs.clear();
    for (const program of programs) if (program.status === 'fulfilled') await program.value.release();
  }
}
