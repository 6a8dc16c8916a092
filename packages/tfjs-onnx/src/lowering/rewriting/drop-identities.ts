/**
 * Leaves out calls that change nothing: casts to the same type, reshapes to the same shape, sums over axes of size 1 that
 * keep them. Gradients are full of them.
 */
import { identityOrder, sameOrder } from '../wire.ts';
import { sameShape } from '../../recording/dimension.ts';
import type { KernelCall, RecordedGraph } from '../../recording/recorded-graph.ts';
import { Replacements } from './replacements.ts';

/** Kernels that change nothing when shape and type stay. (A padding or slice that keeps the shape is empty or whole.) */
const SHAPE_ONLY = new Set(['Cast', 'Reshape', 'Slice', 'PadV2', 'MirrorPad', 'Tile', 'Sum', 'Mean', 'Max', 'Min', 'Prod', 'AddN', 'Concat']);

function isIdentity({ kernel, inputs, outputs, attributes }: KernelCall): boolean {
  const [input, second] = inputs.values();
  const [output] = outputs;
  if (input === undefined || output === undefined || second !== undefined || outputs.length > 1) return false;
  if (input.dtype !== output.dtype || !sameShape(input.shape, output.shape)) return false;
  if (kernel === 'Transpose') return sameOrder(attributes['perm'] as number[], identityOrder(input.shape.length));
  return SHAPE_ONLY.has(kernel);
}

/** Lets what read the output of such calls read their input. */
export function dropIdentities(graph: RecordedGraph): RecordedGraph {
  const replacements = new Replacements();
  for (const call of graph.calls) {
    replacements.rewire(call);
    const [input] = call.inputs.values();
    const [output] = call.outputs;
    if (input !== undefined && output !== undefined && isIdentity(call)) replacements.replace(output, input);
  }
  return replacements.finish(graph);
}
