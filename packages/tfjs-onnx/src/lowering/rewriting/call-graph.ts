/**
 * Looks around in a recorded graph, and rewrites calls in place: what a call gives stays, how it is computed changes.
 */
import type { VaryingAttributes } from '../../recording/merge-recordings.ts';
import type { KernelCall, RecordedGraph, Value } from '../../recording/recorded-graph.ts';
import { uniformData } from '../../recording/uniform-data.ts';

/** What a call becomes; its outputs stay. */
export type Rewriting = Pick<KernelCall, 'kernel' | 'inputs' | 'attributes'>;

/** The common value of all items of a constant that the function made from numbers. */
export function uniformNumber({ source }: Value): number | undefined {
  if (source.kind === 'uniform') return source.value;
  return source.kind === 'data' ? uniformData(source.data) : undefined;
}

/** A graph whose calls are all needed. */
export class CallGraph {
  readonly graph: RecordedGraph;
  private readonly varying: VaryingAttributes;
  private readonly readers = new Map<Value, number>();
  private readonly inserted = new Map<KernelCall, readonly KernelCall[]>();
  private made = 0;

  constructor(graph: RecordedGraph, varying: VaryingAttributes) {
    this.graph = graph;
    this.varying = varying;
    for (const call of graph.calls) for (const value of call.inputs.values()) this.count(value, 1);
    for (const value of graph.outputs.values()) this.count(value, 1);
  }

  private count(value: Value, change: number): void {
    this.readers.set(value, (this.readers.get(value) ?? 0) + change);
  }

  /** Whether a pass may look at the call: its attributes are the same for every batch size. */
  isFixed(call: KernelCall): boolean {
    return !this.varying.has(call);
  }

  /** The call that gives `value`, when it is of one of these kernels and the same for every batch size. */
  producer(value: Value | undefined, ...kernels: readonly string[]): KernelCall | undefined {
    const source = value?.source;
    if (source?.kind !== 'call' || !kernels.includes(source.call.kernel)) return undefined;
    return this.isFixed(source.call) ? source.call : undefined;
  }

  /** Whether one call alone reads the value. */
  isReadOnce(value: Value): boolean {
    return this.readers.get(value) === 1;
  }

  /** A number as an operand. */
  number(value: number): Value {
    this.made += 1;
    return { id: this.graph.values.length + this.made, dtype: 'float32', example: [], larger: [], shape: [], source: { kind: 'uniform', value } };
  }

  /** A call that runs before `call`; what it gives has the shape of `like`. */
  insert(call: KernelCall, rewriting: Rewriting, like: Value): Value {
    const outputs: Value[] = [];
    const inserted: KernelCall = { ...rewriting, outputs, scope: call.scope, site: call.site };
    this.made += 1;
    const value: Value = { ...like, id: this.graph.values.length + this.made, source: { kind: 'call', call: inserted } };
    outputs.push(value);
    for (const input of rewriting.inputs.values()) this.count(input, 1);
    this.inserted.set(call, [...(this.inserted.get(call) ?? []), inserted]);
    return value;
  }

  /** The graph with what was inserted. */
  finish(): RecordedGraph {
    return { ...this.graph, calls: this.graph.calls.flatMap((call) => [...(this.inserted.get(call) ?? []), call]) };
  }

  /** Lets the call compute its outputs in another way. Calls of a merged recording are its own, so they are changed in place. */
  rewrite(call: KernelCall, rewriting: Rewriting): void {
    for (const value of rewriting.inputs.values()) this.count(value, 1);
    for (const value of call.inputs.values()) this.release(value);
    Object.assign(call, rewriting);
  }

  private release(value: Value): void {
    this.count(value, -1);
    const { source } = value;
    if (source.kind !== 'call' || source.call.outputs.some((output) => (this.readers.get(output) ?? 0) > 0)) return;
    for (const input of source.call.inputs.values()) this.release(input);
  }
}
