/**
 * What is known of compiled graphs, for reports.
 */

/** Nodes of one operator that a provider cannot run. */
export interface UnplacedNodes {
  readonly operator: string;
  readonly count: number;
  /** Name of one of them: the path of `tf.tidy` names, then the operator. */
  readonly example: string;
}

/** What is known of a compiled graph. */
export interface GraphFacts {
  readonly name: string;
  readonly nodes: number;
  /** Operators that the CPU runs instead of the provider; only with `fallback: 'allow'`. */
  readonly fallbacks: readonly UnplacedNodes[];
  /** Of tracing and loading. */
  readonly milliseconds: number;
}
