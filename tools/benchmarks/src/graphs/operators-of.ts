/** The operators of an ONNX file's nodes. Field numbers are those of onnx.proto. */
import { BinaryReader } from '@bufbuild/protobuf/wire';

const MODEL_GRAPH = 7;
const GRAPH_NODE = 1;
const NODE_OPERATOR = 4;

/** Calls `read` at every field of that number in the message that ends at `end`. */
function eachField(reader: BinaryReader, { field, end }: { readonly field: number; readonly end: number }, read: () => void): void {
  while (reader.pos < end) {
    const [number, type] = reader.tag();
    if (number === field) read();
    else reader.skip(type);
  }
}

/** One name a node, in order. */
export function operatorsOf(bytes: Uint8Array): string[] {
  const reader = new BinaryReader(bytes);
  const operators: string[] = [];
  const inside = (field: number, read: () => void) => (): void => eachField(reader, { end: reader.uint32() + reader.pos, field }, read);
  const node = inside(NODE_OPERATOR, () => operators.push(reader.string()));
  eachField(reader, { field: MODEL_GRAPH, end: reader.len }, inside(GRAPH_NODE, node));
  return operators;
}
