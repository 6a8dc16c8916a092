/**
 * Values in whose place others are read.
 */
import type { KernelCall, RecordedGraph, Value } from '../../recording/recorded-graph.ts';

/** Replacements in one graph, whose calls are visited in order. */
export class Replacements {
  private readonly others = new Map<Value, Value>();

  /** From here on `other` is read in place of `value`. */
  replace(value: Value, other: Value): void {
    this.others.set(value, this.resolve(other));
  }

  /** What is read in place of `value`. */
  resolve(value: Value): Value {
    return this.others.get(value) ?? value;
  }

  /** Lets the call read the replacements. Calls of a merged recording are its own, so they are changed in place. */
  rewire(call: KernelCall): void {
    for (const [name, value] of call.inputs) (call.inputs as Map<string, Value>).set(name, this.resolve(value));
  }

  /** The graph with the replacements as outputs. */
  finish(graph: RecordedGraph): RecordedGraph {
    return { ...graph, outputs: new Map([...graph.outputs].map(([name, value]) => [name, this.resolve(value)] as const)) };
  }
}
