/**
 * Lets ONNX Runtime's CPU provider keep activations in channel blocks ([N, C / B, H, W, B], "NCHWc") through whole networks
 * whose weights are computed: StyleGAN2's, modulated by a style. ONNX Runtime does so for constant weights alone, and carries
 * activations to plain order and back around each operation in between. Its operators take computed weights as well.
 *
 * B is the processor's (16 with AVX-512, 8 with AVX): such a graph is made where it runs, never stored. `channelBlock` finds B.
 */
import type { OnnxNode } from '../onnx/model.ts';
import { constantsOf } from './constants-of.ts';
import { BLOCK_DOMAIN, BlockedGraph } from './blocked-graph.ts';
import { dropUnreadNodes } from '../lowering/finishing/drop-unread-nodes.ts';
import { inferSizes, integersOf } from './infer-sizes.ts';
import { NODE_RULES, twinFor } from './node-rules.ts';
import type { Rule, Surroundings } from './node-rules.ts';
import { readGraph, writeChanged } from './read-graph.ts';
import type { Graph } from './read-graph.ts';

const BLOCK_SET = { domain: BLOCK_DOMAIN, version: 1 };

function readersOf({ nodes, outputs }: Graph): ReadonlyMap<string, readonly (OnnxNode | undefined)[]> {
  const readers = new Map<string, (OnnxNode | undefined)[]>();
  const count = (name: string, reader: OnnxNode | undefined): void => {
    const known = readers.get(name);
    if (known === undefined) readers.set(name, [reader]);
    else known.push(reader);
  };
  for (const node of nodes) for (const name of node.inputs) count(name, node);
  for (const { name } of outputs) count(name, undefined);
  return readers;
}

function surroundingsOf(original: Graph, graph: BlockedGraph): Omit<Surroundings, 'eager'> {
  const producers = new Map(original.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)));
  const [readers, constants] = [readersOf(original), constantsOf(original)];
  const stored = new Map(original.initializers.map((tensor) => [tensor.name, tensor] as const));
  return {
    graph,
    producer: (name) => producers.get(name),
    onlyReader: (name) => (readers.get(name)?.length === 1 ? readers.get(name)?.[0] : undefined),
    isConstant: (name) => constants.has(name),
    integersOf(name) {
      const tensor = stored.get(name);
      return tensor === undefined ? undefined : integersOf(tensor);
    },
    floatOf(name) {
      const tensor = stored.get(name);
      return tensor?.type === 'float32' && tensor.data.length === Float32Array.BYTES_PER_ELEMENT ? new Float32Array(tensor.data.slice().buffer)[0] : undefined;
    },
    hasComputedWeights: original.nodes.some(({ operator, inputs }) => operator === 'Conv' && !constants.has(inputs[1] ?? '')),
    apart: new Map(),
  };
}

function ruleFor({ operator, domain = '', attributes }: OnnxNode): Rule | undefined {
  if (domain === '') return NODE_RULES.get(operator);
  return domain === BLOCK_DOMAIN && operator === 'ReorderInput' && attributes['channels_last'] === undefined ? twinFor : undefined;
}

/**
 * The graph's nodes on channel blocks, and constants that they need; `undefined` where nothing gains by it.
 *
 * @param eager whether convolutions with constant weights come into blocks wherever they are
 */
export function blockGraph(original: Graph, block: number, eager = false): Pick<BlockedGraph, 'nodes' | 'added'> | undefined {
  const given = [...original.inputs, ...original.initializers].map(({ name }) => name);
  const graph = new BlockedGraph(block, inferSizes(original), given);
  const surroundings = { ...surroundingsOf(original, graph), eager };
  for (const node of original.nodes) {
    if (!ruleFor(node)?.(node, surroundings)) graph.keep(node);
  }
  for (const { name } of original.outputs) graph.plain(name);
  if (!graph.nodes.some(({ domain }) => domain === BLOCK_DOMAIN)) return undefined;
  const { nodes, initializers } = dropUnreadNodes({ nodes: graph.nodes, initializers: graph.added }, original.outputs.map(({ name }) => name));
  return { nodes: [...nodes], added: [...initializers] };
}

/**
 * An `.onnx` file on channel blocks of `block`; the same file where nothing gains by it, or it cannot be read.
 *
 * @param block what `channelBlock` found for the runtime that will open the file
 */
export function blockChannels(file: Uint8Array, block: number): Uint8Array {
  let read;
  try {
    read = readGraph(file);
  } catch {
    // The runtime says better what is wrong with it.
    return file;
  }
  const blocked = blockGraph(read.graph, block);
  return blocked === undefined ? file : writeChanged(file, read, { ...blocked, operatorSet: BLOCK_SET });
}
