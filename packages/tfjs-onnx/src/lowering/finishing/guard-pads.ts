/**
 * Keeps ONNX Runtime from joining a Pad with the pooling behind it: for MaxPool it forgets that zeros were padded (its own padding
 * is minus infinity), and pads as wide as the window it refuses. Seen with 1.30. It leaves a Pad alone that names its axes.
 */
import type { OnnxNode } from '../../onnx/model.ts';
import type { GraphBuilder } from '../graph-builder.ts';

const POOLING = new Set(['MaxPool', 'AveragePool']);
const IMAGE_AXES = [0, 1, 2, 3];
/** Data, pads, value; the axes come fourth. */
const WITHOUT_AXES = 3;

/** The nodes, with axes at Pads that poolings read. */
export function guardPads(nodes: readonly OnnxNode[], builder: GraphBuilder): readonly OnnxNode[] {
  const pooled = new Set(nodes.flatMap(({ operator, inputs }) => (POOLING.has(operator) ? inputs.slice(0, 1) : [])));
  return nodes.map((node) => {
    if (node.operator !== 'Pad' || !node.outputs.some((name) => pooled.has(name)) || node.inputs.length > WITHOUT_AXES) return node;
    const value = node.inputs[2] ?? builder.scalar(0);
    return { ...node, inputs: [...node.inputs.slice(0, 2), value, builder.integers(IMAGE_AXES)] };
  });
}
