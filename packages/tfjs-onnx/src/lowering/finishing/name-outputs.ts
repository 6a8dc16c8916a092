/**
 * Gives the graph's outputs the names that the caller chose.
 */
import type { OnnxNode } from '../../onnx/model.ts';

/** Renames the tensors behind `outputs`; one that is an input, a constant or two outputs at once gets an Identity node. */
export function nameOutputs(nodes: readonly OnnxNode[], outputs: ReadonlyMap<string, string>): OnnxNode[] {
  const computed = new Set(nodes.flatMap((node) => node.outputs));
  const renamed = new Map<string, string>();
  const copies: OnnxNode[] = [];
  for (const [name, tensor] of outputs) {
    if (computed.has(tensor) && !renamed.has(tensor)) renamed.set(tensor, name);
    else copies.push({ name: `${name}/Identity`, operator: 'Identity', inputs: [tensor], outputs: [name], attributes: {} });
  }
  const rename = (tensor: string): string => renamed.get(tensor) ?? tensor;
  return [...nodes, ...copies].map((node) => ({
    ...node,
    inputs: node.inputs.map(rename),
    outputs: node.outputs.map((tensor) => (computed.has(tensor) ? rename(tensor) : tensor)),
  }));
}
