/**
 * Computes once what several rules have asked for: nodes of the same operator with the same inputs and attributes.
 */
import { Renaming } from './emitted.ts';
import type { Emitted } from './emitted.ts';

/** The nodes without repetitions. */
export function shareEqualNodes({ nodes, outputs }: Emitted): Emitted {
  const first = new Map<string, readonly string[]>();
  const renaming = new Renaming();
  const kept = nodes.flatMap((node) => {
    const inputs = node.inputs.map((name) => renaming.of(name));
    const key = `${node.domain ?? ''} ${node.operator} ${inputs.join()} ${node.outputs.length} ${JSON.stringify(node.attributes)}`;
    const known = first.get(key);
    if (known === undefined) {
      first.set(key, node.outputs);
      return [{ ...node, inputs }];
    }
    node.outputs.forEach((name, index) => renaming.rename(name, known[index] ?? name));
    return [];
  });
  return { nodes: kept, outputs: renaming.outputs(outputs) };
}
