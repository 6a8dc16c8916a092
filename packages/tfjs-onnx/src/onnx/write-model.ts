/**
 * Serialises a model as protocol buffers. The field numbers are those of onnx.proto (ModelProto,
 * GraphProto, NodeProto, AttributeProto, TensorProto, ValueInfoProto, TypeProto, TensorShapeProto,
 * StringStringEntryProto, OperatorSetIdProto).
 */
import { BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { ELEMENT_TYPE } from './element-type.ts';
import type { AttributeValue, OnnxModel, OnnxNode, OnnxPort, OnnxTensor } from './model.ts';
import { IR_VERSION, OPSET_VERSION } from './versions.ts';

const ATTRIBUTE_FLOAT = 1;
const ATTRIBUTE_INT = 2;
const ATTRIBUTE_STRING = 3;
const ATTRIBUTE_FLOATS = 6;
const ATTRIBUTE_INTS = 7;
const PRODUCER = '@mfim/tfjs-onnx';

function text(writer: BinaryWriter, field: number, value: string): void {
  writer.tag(field, WireType.LengthDelimited).string(value);
}

function integer(writer: BinaryWriter, field: number, value: number): void {
  writer.tag(field, WireType.Varint).int64(value);
}

function message(writer: BinaryWriter, field: number, write: () => void): void {
  writer.tag(field, WireType.LengthDelimited).fork();
  write();
  writer.join();
}

function writeAttribute(writer: BinaryWriter, name: string, value: AttributeValue): void {
  text(writer, 1, name);
  if (typeof value === 'string') {
    text(writer, 4, value);
    integer(writer, 20, ATTRIBUTE_STRING);
  } else if (typeof value === 'number') {
    integer(writer, 3, value);
    integer(writer, 20, ATTRIBUTE_INT);
  } else if ('float' in value) {
    writer.tag(2, WireType.Bit32).float(value.float);
    integer(writer, 20, ATTRIBUTE_FLOAT);
  } else if ('floats' in value) {
    for (const item of value.floats) writer.tag(7, WireType.Bit32).float(item);
    integer(writer, 20, ATTRIBUTE_FLOATS);
  } else {
    for (const item of value) integer(writer, 8, item);
    integer(writer, 20, ATTRIBUTE_INTS);
  }
}

/** The fields of a NodeProto. */
export function writeNode(writer: BinaryWriter, node: OnnxNode): void {
  for (const input of node.inputs) text(writer, 1, input);
  for (const output of node.outputs) text(writer, 2, output);
  text(writer, 3, node.name);
  text(writer, 4, node.operator);
  for (const [name, value] of Object.entries(node.attributes)) {
    message(writer, 5, () => writeAttribute(writer, name, value));
  }
  if (node.domain !== undefined) text(writer, 7, node.domain);
}

/** The fields of a TensorProto. */
export function writeTensor(writer: BinaryWriter, tensor: OnnxTensor): void {
  for (const dimension of tensor.dimensions) integer(writer, 1, dimension);
  integer(writer, 2, ELEMENT_TYPE[tensor.type]);
  text(writer, 8, tensor.name);
  writer.tag(9, WireType.LengthDelimited).bytes(tensor.data);
}

function writeDimension(writer: BinaryWriter, dimension: number | string): void {
  message(writer, 1, () => {
    if (typeof dimension === 'number') integer(writer, 1, dimension);
    else text(writer, 2, dimension);
  });
}

function writePort(writer: BinaryWriter, port: OnnxPort): void {
  text(writer, 1, port.name);
  message(writer, 2, () =>
    message(writer, 1, () => {
      const { type, shape } = port;
      integer(writer, 1, ELEMENT_TYPE[type]);
      if (shape === undefined) return;
      message(writer, 2, () => {
        for (const dimension of shape) writeDimension(writer, dimension);
      });
    }),
  );
}

function writeGraph(writer: BinaryWriter, model: OnnxModel): void {
  for (const node of model.nodes) message(writer, 1, () => writeNode(writer, node));
  text(writer, 2, model.name);
  for (const tensor of model.initializers) message(writer, 5, () => writeTensor(writer, tensor));
  for (const port of model.inputs) message(writer, 11, () => writePort(writer, port));
  for (const port of model.outputs) message(writer, 12, () => writePort(writer, port));
}

/** Adds an operator set to a ModelProto; the domain of ONNX's own is ''. */
export function writeOperatorSet(writer: BinaryWriter, { domain, version }: { readonly domain: string; readonly version: number }): void {
  message(writer, 8, () => {
    text(writer, 1, domain);
    integer(writer, 2, version);
  });
}

/** The bytes of an `.onnx` file that holds `model`. Operators of other domains than ONNX's own are those of its version 1. */
export function writeModel(model: OnnxModel): Uint8Array {
  const writer = new BinaryWriter();
  integer(writer, 1, IR_VERSION);
  text(writer, 2, PRODUCER);
  message(writer, 7, () => writeGraph(writer, model));
  writeOperatorSet(writer, { domain: '', version: OPSET_VERSION });
  for (const domain of new Set(model.nodes.map((node) => node.domain ?? ''))) if (domain !== '') writeOperatorSet(writer, { domain, version: 1 });
  for (const [key, value] of Object.entries(model.metadata)) {
    message(writer, 14, () => {
      text(writer, 1, key);
      text(writer, 2, value);
    });
  }
  return writer.finish();
}
