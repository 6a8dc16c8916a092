/**
 * Collects ONNX nodes and initializers, gives them readable names, and stores equal small constants once.
 */
import type { TypedArray } from '@tensorflow/tfjs-core';
import { BLOCK_DOMAIN } from '../blocking/blocked-graph.ts';
import type { ElementType } from '../onnx/element-type.ts';
import type { AttributeValue, OnnxNode, OnnxTensor } from '../onnx/model.ts';
import { toFloat16 } from '../onnx/to-float16.ts';

/** Constants of at most so many bytes are stored once however often they occur. */
const SHARED_BYTES = 256;

/** Weights with fewer items stay float32: they cost nothing and are often scales or biases. */
export const FLOAT16_MINIMUM_SIZE = 256;

/** A constant to be stored. */
export interface StoredConstant {
  readonly name: string;
  readonly type: ElementType;
  readonly dimensions: readonly number[];
  readonly data: TypedArray | BigInt64Array;
}

function bytesOf(data: TypedArray | BigInt64Array | Uint16Array): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** The file under construction. */
export class GraphBuilder {
  readonly nodes: OnnxNode[] = [];
  readonly initializers: OnnxTensor[] = [];
  private readonly weights: 'float32' | 'float16';
  private readonly taken = new Set<string>();
  private readonly counters = new Map<string, number>();
  private readonly shared = new Map<string, string>();
  private scope = '';

  constructor(weights: 'float32' | 'float16') {
    this.weights = weights;
  }

  /** Names of the following nodes start with this path. */
  enterScope(path: readonly string[]): void {
    this.scope = path.map((part) => `${part}/`).join('');
  }

  /** Reserves `wanted`, or `wanted_1`, `wanted_2`, ... when it is taken. */
  uniqueName(wanted: string): string {
    if (!this.taken.has(wanted)) {
      this.taken.add(wanted);
      return wanted;
    }
    const count = (this.counters.get(wanted) ?? 0) + 1;
    this.counters.set(wanted, count);
    return this.uniqueName(`${wanted}_${count}`);
  }

  /** Adds a node with `count` outputs and returns their names. */
  emitMany(operator: string, inputs: readonly string[], options: EmitOptions): string[] {
    const name = this.uniqueName(`${this.scope}${operator}`);
    const { count = 1, ...attributes } = options;
    const outputs = Array.from({ length: count }, (_, index) => this.uniqueName(count === 1 ? `${name}:0` : `${name}:${index}`));
    this.nodes.push({ name, operator, inputs, outputs, attributes: attributes as Record<string, AttributeValue> });
    return outputs;
  }

  /** Adds a node of ONNX Runtime's operators on channel blocks, see `blockChannels`. */
  emitOnBlocks(operator: string, inputs: readonly string[], attributes: Readonly<Record<string, AttributeValue>> = {}): string {
    const name = this.uniqueName(`${this.scope}${operator}`);
    const output = this.uniqueName(`${name}:0`);
    this.nodes.push({ name, operator, domain: BLOCK_DOMAIN, inputs, outputs: [output], attributes });
    return output;
  }

  /** Adds a node with one output and returns its name. */
  emit(operator: string, inputs: readonly string[], attributes: Readonly<Record<string, AttributeValue>> = {}): string {
    return this.emitMany(operator, inputs, attributes)[0] ?? '';
  }

  /** Stores a constant and returns the name under which nodes read it. */
  store(constant: StoredConstant): string {
    const bytes = bytesOf(constant.data);
    if (bytes.length > SHARED_BYTES) return this.storeLarge(constant, bytes);
    const key = `${constant.type} ${constant.dimensions.join()} ${bytes.join()}`;
    const known = this.shared.get(key);
    if (known !== undefined) return known;
    const name = this.storeLarge(constant, bytes);
    this.shared.set(key, name);
    return name;
  }

  private storeLarge({ name: wanted, type, dimensions, data }: StoredConstant, bytes: Uint8Array): string {
    const name = this.uniqueName(wanted);
    const half = this.weights === 'float16' && data instanceof Float32Array && data.length >= FLOAT16_MINIMUM_SIZE;
    if (!half) {
      this.initializers.push({ name, type, dimensions, data: bytes });
      return name;
    }
    this.initializers.push({ name, type: 'float16', dimensions, data: bytesOf(toFloat16(data, name)) });
    const output = this.uniqueName(`${name}:float32`);
    this.nodes.push({ name: output, operator: 'Cast', inputs: [name], outputs: [output], attributes: { to: 1 } });
    return output;
  }

  /** A constant int64 vector, as shapes and axes are given in ONNX. */
  integers(values: readonly number[]): string {
    const data = BigInt64Array.from(values.map(BigInt));
    return this.store({ name: `integers_${values.join('_').replaceAll('-', 'm')}`.slice(0, 40), type: 'int64', dimensions: [values.length], data });
  }

  /** A constant scalar. */
  scalar(value: number, type: 'float32' | 'int32' | 'bool' = 'float32'): string {
    const kinds = { float32: Float32Array, int32: Int32Array, bool: Uint8Array } as const;
    return this.store({ name: `scalar_${value}`, type, dimensions: [], data: kinds[type].of(value) });
  }
}

type EmitOptions = Readonly<Record<string, AttributeValue>> & { readonly count?: number };
