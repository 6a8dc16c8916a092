/**
 * Large 3x3 convolutions of a plain graph in half the multiplications (`winograd.ts`). For runtimes that are slow at multiplying,
 * such as ONNX Runtime's WebAssembly; where there are channel blocks, `blockChannels` does it among other things.
 */
import { dropUnreadNodes } from '../lowering/finishing/drop-unread-nodes.ts';
import { BlockedGraph } from './blocked-graph.ts';
import { constantsOf } from './constants-of.ts';
import { inferSizes } from './infer-sizes.ts';
import { readGraph, writeChanged } from './read-graph.ts';
import type { Graph } from './read-graph.ts';
import { emitWinograd, winogradConvolution } from './winograd.ts';

const PLAIN = 1;

function halved(original: Graph): Pick<BlockedGraph, 'nodes' | 'added'> | undefined {
  const given = [...original.inputs, ...original.initializers].map(({ name }) => name);
  const graph = new BlockedGraph(PLAIN, inferSizes(original), given);
  const producers = new Map(original.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const constants = constantsOf(original);
  const facts = { isConstant: (name: string) => constants.has(name), producer: (name: string) => producers.get(name) };
  let count = 0;
  for (const node of original.nodes) {
    const { operator, domain = '', inputs: [x = '', , bias = ''], outputs: [output = ''] } = node;
    const convolution = domain === '' && operator === 'Conv' && node.attributes['auto_pad'] === undefined ? winogradConvolution(node, graph, facts) : undefined;
    if (convolution === undefined) graph.keep(node);
    else {
      count += 1;
      graph.emit({ operator: 'Identity', inputs: [emitWinograd(graph, convolution, { twin: x, bias: bias === '' ? undefined : bias })], output });
    }
  }
  if (count === 0) return undefined;
  const { nodes, initializers } = dropUnreadNodes({ nodes: graph.nodes, initializers: graph.added }, original.outputs.map(({ name }) => name));
  return { nodes: [...nodes], added: [...initializers] };
}

/** An `.onnx` file whose large convolutions multiply half as often; the same file where there are none, or it cannot be read. */
export function halveProducts(file: Uint8Array): Uint8Array {
  let read;
  try {
    read = readGraph(file);
  } catch {
    // The runtime says better what is wrong with it.
    return file;
  }
  const changed = halved(read.graph);
  return changed === undefined ? file : writeChanged(file, read, changed);
}
