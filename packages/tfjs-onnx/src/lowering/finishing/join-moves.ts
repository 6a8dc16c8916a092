/**
 * Joins what only moves items: a transpose of a transpose is one, or none; a reshape of a reshape is the second one.
 */
import type { OnnxNode } from '../../onnx/model.ts';
import { identityOrder, sameOrder } from '../wire.ts';
import { Renaming } from './emitted.ts';
import type { Emitted } from './emitted.ts';

function permutationOf({ attributes }: OnnxNode): readonly number[] {
  return attributes['perm'] as readonly number[];
}

/** A reshape to a shape without `0`, which our rules never write, does not care for the shape of its input. */
function joined(node: OnnxNode, before: OnnxNode | undefined): OnnxNode {
  if (before === undefined || before.operator !== node.operator) return node;
  if (node.operator === 'Reshape') return { ...node, inputs: [before.inputs[0] ?? '', ...node.inputs.slice(1)] };
  if (node.operator !== 'Transpose') return node;
  const inner = permutationOf(before);
  return { ...node, inputs: before.inputs, attributes: { perm: permutationOf(node).map((axis) => inner[axis] ?? axis) } };
}

function isNothing(node: OnnxNode): boolean {
  if (node.operator !== 'Transpose') return false;
  const perm = permutationOf(node);
  return sameOrder(perm, identityOrder(perm.length));
}

/** The nodes with joined moves; what is no longer read stays. */
export function joinMoves({ nodes, outputs }: Emitted): Emitted {
  const producers = new Map<string, OnnxNode>();
  const renaming = new Renaming();
  const kept = nodes.flatMap((node) => {
    const inputs = node.inputs.map((name) => renaming.of(name));
    const current = joined({ ...node, inputs }, producers.get(inputs[0] ?? ''));
    if (isNothing(current)) {
      renaming.rename(current.outputs[0] ?? '', current.inputs[0] ?? '');
      return [];
    }
    for (const name of current.outputs) producers.set(name, current);
    return [current];
  });
  return { nodes: kept, outputs: renaming.outputs(outputs) };
}
