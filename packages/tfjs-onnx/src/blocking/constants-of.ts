/** The tensors of a graph that depend on constants only. */
import type { Graph } from './read-graph.ts';

/** Their names; ONNX Runtime computes them when it opens the file. */
export function constantsOf({ nodes, initializers }: Graph): ReadonlySet<string> {
  const constants = new Set(initializers.map(({ name }) => name));
  for (const { inputs, outputs } of nodes) {
    if (inputs.every((name) => name === '' || constants.has(name))) for (const name of outputs) constants.add(name);
  }
  return constants;
}
