/**
 * Finds the nodes of a graph that a provider has no kernel for, by offering them to it one by one: a graph of a single node
 * that may not fall to the CPU is refused. Works with every provider, in Node and in browsers, where ONNX Runtime itself
 * tells only its log.
 */
import type { OnnxModel, OnnxNode, OnnxPort, OnnxTensor } from '../onnx/model.ts';
import type { ElementType } from '../onnx/element-type.ts';
import { writeModel } from '../onnx/write-model.ts';
import { createSession } from './create-session.ts';
import type { UnplacedNodes } from './graph-facts.ts';
import { inferTypes } from './infer-types.ts';
import type { RuntimeOptions } from './onnx-runtime.ts';

/** Larger constants are offered as inputs: their values decide nothing. */
const LARGEST_CONSTANT_BYTES = 1024;

interface Surroundings {
  readonly types: ReadonlyMap<string, ElementType>;
  readonly constants: ReadonlyMap<string, OnnxTensor>;
}

/** Equal signatures are placed alike. */
function signature({ operator, attributes, inputs, outputs }: OnnxNode, { types, constants }: Surroundings): string {
  const operands = inputs.map((name) => `${types.get(name) ?? ''}${constants.has(name) ? '!' : ''}`);
  const plain = Object.entries(attributes).map(([name, value]) => `${name}=${typeof value === 'number' || Array.isArray(value) ? '' : JSON.stringify(value)}`);
  return [operator, operands.join(), plain.join(), outputs.length].join(' ');
}

function single(node: OnnxNode, { types, constants }: Surroundings): OnnxModel {
  const names = [...new Set(node.inputs.filter((name) => name !== ''))];
  const stored = names.flatMap((name) => constants.get(name) ?? []).filter(({ data }) => data.length <= LARGEST_CONSTANT_BYTES);
  const portOf = (name: string): OnnxPort => {
    const constant = constants.get(name);
    return { name, type: types.get(name) ?? 'float32', ...(constant === undefined ? {} : { shape: constant.dimensions }) };
  };
  return {
    name: 'single',
    nodes: [node],
    initializers: stored,
    inputs: names.filter((name) => !stored.some((tensor) => tensor.name === name)).map(portOf),
    outputs: node.outputs.map((name) => ({ name, type: types.get(name) ?? 'float32' })),
    metadata: {},
  };
}

async function isPlaced(model: OnnxModel, options: RuntimeOptions): Promise<boolean> {
  try {
    const session = await createSession(writeModel(model), { options, strict: true });
    await session.release();
    return true;
  } catch {
    return false;
  }
}

/** The operators of `model` that the provider of `options` cannot run; it must be a provider that works. */
export async function findUnplaced(model: OnnxModel, options: RuntimeOptions): Promise<readonly UnplacedNodes[]> {
  const surroundings = { types: inferTypes(model), constants: new Map(model.initializers.map((tensor) => [tensor.name, tensor])) };
  const groups = new Map<string, OnnxNode[]>();
  for (const node of model.nodes) {
    const key = signature(node, surroundings);
    groups.set(key, [...(groups.get(key) ?? []), node]);
  }
  const unplaced = new Map<string, UnplacedNodes>();
  for (const nodes of groups.values()) {
    const [first] = nodes as [OnnxNode];
    if (await isPlaced(single(first, surroundings), options)) continue;
    const { count = 0, example = first.name } = unplaced.get(first.operator) ?? {};
    unplaced.set(first.operator, { operator: first.operator, count: count + nodes.length, example });
  }
  return [...unplaced.values()];
}
