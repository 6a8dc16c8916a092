/** Writes ONNX files by hand (protobuf wire format), so that tests need no exporter. */

type Field = Uint8Array;

function varint(value: number): number[] {
  const groups: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 127n) {
    groups.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return [...groups, Number(rest)];
}

function whole(field: number, value: number): Field {
  return Uint8Array.from([...varint(field * 8), ...varint(value)]);
}

function bytes(field: number, content: Uint8Array | string): Field {
  const data = typeof content === 'string' ? new TextEncoder().encode(content) : content;
  return Uint8Array.from([...varint(field * 8 + 2), ...varint(data.length), ...data]);
}

function message(...fields: Field[]): Uint8Array {
  return Uint8Array.from(fields.flatMap((field) => [...field]));
}

/** A stored constant. */
export function constant(name: string, data: Float32Array | BigInt64Array, dims: readonly number[]): Uint8Array {
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const type = data instanceof Float32Array ? 1 : 7;
  return message(...dims.map((size) => whole(1, size)), whole(2, type), bytes(8, name), bytes(9, raw));
}

/** One operator; attributes are lists of integers, or single integers. */
export interface OnnxNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attributes?: Readonly<Record<string, number | readonly number[]>>;
}

function attribute([name, value]: readonly [string, number | readonly number[]]): Uint8Array {
  return typeof value === 'number'
    ? message(bytes(1, name), whole(3, value), whole(20, 2))
    : message(bytes(1, name), ...value.map((one) => whole(8, one)), whole(20, 7));
}

function node({ op, inputs, output, attributes = {} }: OnnxNode): Uint8Array {
  return message(
    ...inputs.map((name) => bytes(1, name)),
    bytes(2, output),
    bytes(3, output),
    bytes(4, op),
    ...Object.entries(attributes).map((entry) => bytes(5, attribute(entry))),
  );
}

function valueInfo(name: string, axes: readonly (number | string)[]): Uint8Array {
  const dims = axes.map((axis) => bytes(1, message(typeof axis === 'number' ? whole(1, axis) : bytes(2, axis))));
  return message(bytes(1, name), bytes(2, message(bytes(1, message(whole(1, 1), bytes(2, message(...dims)))))));
}

/** A graph in words. */
export interface OnnxGraph {
  readonly nodes: readonly OnnxNode[];
  readonly constants: readonly Uint8Array[];
  readonly inputs: Readonly<Record<string, readonly (number | string)[]>>;
  readonly outputs: Readonly<Record<string, readonly (number | string)[]>>;
}

/** The bytes of an .onnx file, opset 13. */
export function onnxBytes({ nodes, constants, inputs, outputs }: OnnxGraph): Uint8Array {
  const graph = message(
    ...nodes.map((one) => bytes(1, node(one))),
    bytes(2, 'test'),
    ...constants.map((one) => bytes(5, one)),
    ...Object.entries(inputs).map(([name, axes]) => bytes(11, valueInfo(name, axes))),
    ...Object.entries(outputs).map(([name, axes]) => bytes(12, valueInfo(name, axes))),
  );
  return message(whole(1, 8), bytes(7, graph), bytes(8, message(bytes(1, ''), whole(2, 13))));
}
