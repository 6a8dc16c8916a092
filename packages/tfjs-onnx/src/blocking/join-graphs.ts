/**
 * Two `.onnx` files as one: what the first gives, the second reads, without its leaving the runtime in between. Nodes and weights
 * are copied byte for byte but for names. Field numbers are those of onnx.proto.
 */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { GRAPH_INITIALIZER, GRAPH_INPUT, GRAPH_NODE, GRAPH_OUTPUT, MODEL_GRAPH, eachField, inner, readGraph } from './read-graph.ts';
import type { Graph } from './read-graph.ts';

const MODEL_VERSION = 1;
const MODEL_OPERATOR_SETS = 8;
const MODEL_FUNCTIONS = 25;
/** Of a graph: tensors that are sparse or quantised, which are left apart. */
const UNUSUAL = new Set([14, 15]);

const NODE_INPUT = 1;
const NODE_OUTPUT = 2;
const NODE_NAME = 3;
const TENSOR_NAME = 8;
/** Before the names of the first file's tensors. */
const FIRST = 'joined/';

type Rename = (name: string) => string;

/** A message with other text in some fields. */
function renamed(bytes: Uint8Array, fields: readonly number[], rename: Rename): Uint8Array {
  const writer = new BinaryWriter();
  eachField(bytes, ({ number, reader, type }) => {
    if (fields.includes(number)) writer.tag(number, type).string(rename(reader.string()));
    else writer.tag(number, type).raw(reader.skip(type, number));
  });
  return writer.finish();
}

/** Sub-messages of a graph by field number, in order. */
function messages(file: Uint8Array, wanted: number): readonly Uint8Array[] {
  const found: Uint8Array[] = [];
  eachField(inner(file, MODEL_GRAPH) ?? new Uint8Array(), ({ number, reader }) => {
    if (number === wanted) found.push(reader.bytes());
  });
  return found;
}

/** Versions and operator sets, as bytes that are equal when these are. */
function dialect(file: Uint8Array): string {
  const parts: string[] = [];
  eachField(file, ({ number, reader, type }) => {
    if (number === MODEL_FUNCTIONS) throw new Error('functions');
    const value = reader.skip(type, number);
    if (number === MODEL_VERSION || number === MODEL_OPERATOR_SETS) parts.push(`${number} ${value.join()}`);
  });
  eachField(inner(file, MODEL_GRAPH) ?? new Uint8Array(), ({ number }) => {
    if (UNUSUAL.has(number)) throw new Error('tensors of an unusual kind');
  });
  return parts.toSorted().join('; ');
}

const namesOf = (ports: readonly { readonly name: string }[]): ReadonlySet<string> => new Set(ports.map(({ name }) => name));

/** Names of one file's tensors in the joint one. */
function renaming(first: Graph, second: Graph, links: Readonly<Record<string, string>>): readonly [Rename, Rename] | undefined {
  const [given, shared, read] = [namesOf(first.outputs), namesOf(first.inputs), namesOf(second.inputs)];
  const linked = new Map(Object.entries(links).map(([output, input]) => [input, FIRST + output] as const));
  const fits = Object.entries(links).every(([output, input]) => given.has(output) && read.has(input));
  const made = second.nodes.flatMap(({ outputs }) => outputs);
  const clashes = [...made, ...second.initializers.map(({ name }) => name)].some((name) => name !== '' && (shared.has(name) || name.startsWith(FIRST)));
  if (!fits || clashes) return undefined;
  return [(name) => (name === '' || shared.has(name) ? name : FIRST + name), (name) => linked.get(name) ?? name];
}

function portName(bytes: Uint8Array): string {
  let name = '';
  eachField(bytes, ({ number, reader }) => {
    if (number === 1) name = reader.string();
  });
  return name;
}

/**
 * The inputs are the first file's and those of the second that are not linked; inputs of one name are one. The outputs are the
 * second file's.
 *
 * @param links names of inputs of the second file, by the outputs of the first that they read
 * @returns `undefined` when a file cannot be read, or the two do not fit together
 */
export function joinGraphs(first: Uint8Array, second: Uint8Array, links: Readonly<Record<string, string>>): Uint8Array | undefined {
  try {
    const graphs = [readGraph(first).graph, readGraph(second).graph] as const;
    const renames = dialect(first) === dialect(second) ? renaming(...graphs, links) : undefined;
    return renames === undefined ? undefined : joined([first, second], renames, new Set(Object.values(links)));
  } catch {
    // Nodes that hold graphs, or bytes that are no file; the runtime says better what is wrong with them.
    return undefined;
  }
}

function joined(files: readonly [Uint8Array, Uint8Array], renames: readonly [Rename, Rename], linked: ReadonlySet<string>): Uint8Array {
  const writer = new BinaryWriter();
  const [first, second] = files;
  eachField(second, ({ number, reader, type }) => {
    const value = reader.skip(type, number);
    if (number !== MODEL_GRAPH) writer.tag(number, type).raw(value);
  });
  writer.tag(MODEL_GRAPH, WireType.LengthDelimited).fork();
  const add = (field: number, bytes: Uint8Array): void => void writer.tag(field, WireType.LengthDelimited).bytes(bytes);
  files.forEach((file, index) => {
    for (const bytes of messages(file, GRAPH_NODE)) add(GRAPH_NODE, renamed(bytes, [NODE_INPUT, NODE_OUTPUT, NODE_NAME], renames[index] as Rename));
    for (const bytes of messages(file, GRAPH_INITIALIZER)) add(GRAPH_INITIALIZER, renamed(bytes, [TENSOR_NAME], renames[index] as Rename));
  });
  const inputs = [...messages(first, GRAPH_INPUT), ...messages(second, GRAPH_INPUT).filter((bytes) => !linked.has(portName(bytes)))];
  const once = new Map(inputs.map((bytes) => [portName(bytes), bytes]));
  for (const bytes of once.values()) add(GRAPH_INPUT, bytes);
  for (const bytes of messages(second, GRAPH_OUTPUT)) add(GRAPH_OUTPUT, bytes);
  return writer.join().finish();
}
