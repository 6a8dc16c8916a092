/**
 * Leaves out nodes and constants that no output needs.
 */
import type { OnnxModel } from '../../onnx/model.ts';

type Parts = Pick<OnnxModel, 'nodes' | 'initializers'>;

/** What the outputs need; `nodes` lie in the order in which they run. */
export function dropUnreadNodes({ nodes, initializers }: Parts, outputs: Iterable<string>): Parts {
  const read = new Set(outputs);
  const kept = nodes.toReversed().filter((node) => {
    if (!node.outputs.some((name) => read.has(name))) return false;
    for (const name of node.inputs) read.add(name);
    return true;
  });
  return { nodes: kept.toReversed(), initializers: initializers.filter(({ name }) => read.has(name)) };
}
