/**
 * Reads of an `.onnx` file what a pass over its graph must know, and writes the file back with other nodes. What the pass
 * leaves alone stays byte for byte, whatever this reader does not know. Field numbers are those of onnx.proto.
 */
import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { InputError } from '@mfim/tensor-contracts';
import { ELEMENT_TYPE } from '../onnx/element-type.ts';
import type { ElementType } from '../onnx/element-type.ts';
import type { AttributeValue, OnnxModel, OnnxNode, OnnxPort, OnnxTensor } from '../onnx/model.ts';
import { writeNode, writeOperatorSet, writeTensor } from '../onnx/write-model.ts';

/** What a pass reads; an `OnnxModel` is one. */
export type Graph = Pick<OnnxModel, 'nodes' | 'initializers' | 'inputs' | 'outputs'>;

export const MODEL_GRAPH = 7;
export const GRAPH_NODE = 1;
export const GRAPH_INITIALIZER = 5;
export const GRAPH_INPUT = 11;
export const GRAPH_OUTPUT = 12;

/** One field of a message. */
interface Field {
  readonly number: number;
  readonly reader: BinaryReader;
  readonly type: WireType;
}

/** Calls `each` for every field; it may read the value, or leave it. */
export function eachField(bytes: Uint8Array, each: (field: Field) => void): void {
  const reader = new BinaryReader(bytes);
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    const before = reader.pos;
    each({ number, reader, type });
    if (reader.pos === before) reader.skip(type, number);
  }
}

/** A repeated integer: one, or many packed. */
function integers({ reader, type }: Field): number[] {
  if (type !== WireType.LengthDelimited) return [Number(reader.int64())];
  const end = reader.uint32() + reader.pos;
  const values: number[] = [];
  while (reader.pos < end) values.push(Number(reader.int64()));
  return values;
}

function unknownForm(got: string): InputError {
  return new InputError({ where: 'blockChannels', expected: 'a graph of plain nodes', got, remedy: 'open the file as it is' });
}

function readAttribute(bytes: Uint8Array): readonly [string, AttributeValue | undefined] {
  let name = '';
  let value: AttributeValue | undefined;
  const list: number[] = [];
  eachField(bytes, (field) => {
    const { number, reader } = field;
    if (number === 1) name = reader.string();
    else if (number === 2) value = { float: reader.float() };
    else if (number === 3) value = Number(reader.int64());
    else if (number === 4) value = reader.string(false);
    else if (number === 8) list.push(...integers(field));
    else if (number === 6 || number === 11) throw unknownForm('a graph inside a node, which may read tensors that the node does not name');
  });
  return [name, list.length > 0 ? list : value];
}

function readNode(bytes: Uint8Array): OnnxNode {
  const [inputs, outputs]: [string[], string[]] = [[], []];
  const attributes: Record<string, AttributeValue> = {};
  const texts = new Map<number, string>();
  eachField(bytes, ({ number, reader }) => {
    if (number === 1) inputs.push(reader.string());
    else if (number === 2) outputs.push(reader.string());
    else if (number === 3 || number === 4 || number === 7) texts.set(number, reader.string());
    else if (number === 5) {
      const [name, value] = readAttribute(reader.bytes());
      if (value !== undefined) attributes[name] = value;
    }
  });
  const domain = texts.get(7) ?? '';
  return { name: texts.get(3) ?? '', operator: texts.get(4) ?? '', inputs, outputs, attributes, ...(domain === '' ? {} : { domain }) };
}

const typeNames = new Map(Object.entries(ELEMENT_TYPE).map(([name, number]) => [number as number, name as ElementType]));

/** `undefined` for a tensor of a type, or in a form, that no pass asks about. */
function readTensor(bytes: Uint8Array): OnnxTensor | undefined {
  const dimensions: number[] = [];
  let [name, data, type]: [string, Uint8Array | undefined, ElementType | undefined] = ['', undefined, undefined];
  eachField(bytes, (field) => {
    const { number, reader } = field;
    if (number === 1) dimensions.push(...integers(field));
    else if (number === 2) type = typeNames.get(reader.int32());
    else if (number === 8) name = reader.string();
    else if (number === 9) data = reader.bytes();
  });
  return type === undefined || data === undefined ? undefined : { name, type, dimensions, data };
}

function readDimension(bytes: Uint8Array): number | string {
  let dimension: number | string = '';
  eachField(bytes, ({ number, reader }) => {
    if (number === 1) dimension = Number(reader.int64());
    else if (number === 2) dimension = reader.string();
  });
  return dimension;
}

/** The sub-message under a path of field numbers. */
export function inner(bytes: Uint8Array | undefined, number: number): Uint8Array | undefined {
  let found: Uint8Array | undefined;
  if (bytes === undefined) return undefined;
  eachField(bytes, (field) => {
    if (field.number === number && field.type === WireType.LengthDelimited) found = field.reader.bytes();
  });
  return found;
}

function readPort(bytes: Uint8Array): OnnxPort {
  let name = '';
  eachField(bytes, ({ number, reader }) => {
    if (number === 1) name = reader.string();
  });
  const shape = inner(inner(inner(bytes, 2), 1), 2);
  if (shape === undefined) return { name, type: 'float32' };
  const dimensions: (number | string)[] = [];
  eachField(shape, ({ number, reader }) => {
    if (number === 1) dimensions.push(readDimension(reader.bytes()));
  });
  return { name, type: 'float32', shape: dimensions };
}

/** A file's graph, and the bytes of its nodes. */
export interface GraphFile {
  readonly graph: Graph;
  readonly nodeBytes: ReadonlyMap<OnnxNode, Uint8Array>;
}

/**
 * Reads a file. Ports are all called float32: no pass asks.
 *
 * @throws InputError when nodes hold graphs; any error of the protobuf reader when the bytes are no message
 */
export function readGraph(file: Uint8Array): GraphFile {
  const nodeBytes = new Map<OnnxNode, Uint8Array>();
  const initializers: OnnxTensor[] = [];
  const ports: { readonly inputs: OnnxPort[]; readonly outputs: OnnxPort[] } = { inputs: [], outputs: [] };
  eachField(inner(file, MODEL_GRAPH) ?? new Uint8Array(), ({ number, reader }) => {
    if (number === GRAPH_NODE) {
      const bytes = reader.bytes();
      nodeBytes.set(readNode(bytes), bytes);
    } else if (number === GRAPH_INITIALIZER) {
      const tensor = readTensor(reader.bytes());
      if (tensor !== undefined) initializers.push(tensor);
    } else if (number === GRAPH_INPUT) ports.inputs.push(readPort(reader.bytes()));
    else if (number === GRAPH_OUTPUT) ports.outputs.push(readPort(reader.bytes()));
  });
  return { graph: { nodes: [...nodeBytes.keys()], initializers, ...ports }, nodeBytes };
}

/** Nodes that take the place of a file's own, constants that they need beside the file's, and the operator set they are of, where the file has it not. */
export interface GraphChange {
  readonly nodes: readonly OnnxNode[];
  readonly added: readonly OnnxTensor[];
  readonly operatorSet?: { readonly domain: string; readonly version: number };
}

/** Copies every field but those with this number. */
function copyFields(writer: BinaryWriter, bytes: Uint8Array, leftOut: number): void {
  eachField(bytes, ({ number, reader, type }) => {
    const value = reader.skip(type, number);
    if (number !== leftOut) writer.tag(number, type).raw(value);
  });
}

/** The file with the changed graph. */
export function writeChanged(file: Uint8Array, { nodeBytes }: GraphFile, { nodes, added, operatorSet }: GraphChange): Uint8Array {
  const writer = new BinaryWriter();
  copyFields(writer, file, MODEL_GRAPH);
  if (operatorSet !== undefined) writeOperatorSet(writer, operatorSet);
  writer.tag(MODEL_GRAPH, WireType.LengthDelimited).fork();
  for (const node of nodes) {
    writer.tag(GRAPH_NODE, WireType.LengthDelimited).fork();
    const kept = nodeBytes.get(node);
    if (kept === undefined) writeNode(writer, node);
    else writer.raw(kept);
    writer.join();
  }
  copyFields(writer, inner(file, MODEL_GRAPH) ?? new Uint8Array(), GRAPH_NODE);
  for (const tensor of added) {
    writer.tag(GRAPH_INITIALIZER, WireType.LengthDelimited).fork();
    writeTensor(writer, tensor);
    writer.join();
  }
  return writer.join().finish();
}
