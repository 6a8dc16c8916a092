/**
 * A graph while its tensors get twins in channel blocks: [N, C, H, W] laid out in memory as [N, C / B, H, W, B]. Nodes are
 * added in the order in which they run; twins, and plain tensors of which only the twin was computed, are made when asked for.
 */
import { ELEMENT_TYPE } from '../onnx/element-type.ts';
import type { AttributeValue, OnnxNode, OnnxTensor } from '../onnx/model.ts';
import type { Sizes, SizesByName } from './infer-sizes.ts';

/** ONNX Runtime's operators on channel blocks. */
export const BLOCK_DOMAIN = 'com.microsoft.nchwc';

type Attributes = Readonly<Record<string, AttributeValue>>;

/** What `emit` adds. */
export interface NewNode {
  readonly operator: string;
  readonly inputs: readonly string[];
  readonly attributes?: Attributes;
  readonly domain?: string;
  /** Name of the output; a new one by default. */
  readonly output?: string;
}

/** See the file's comment. */
export class BlockedGraph {
  readonly block: number;
  readonly sizes: SizesByName;
  readonly nodes: OnnxNode[] = [];
  readonly added: OnnxTensor[] = [];
  private readonly computed: Set<string>;
  private readonly twins = new Map<string, string>();
  private readonly constants = new Map<string, string>();
  /** Convolutions that a twin is put together from; others are one. */
  private readonly parts = new Map<string, readonly string[]>();
  private readonly truths = new Set<string>();
  private counter = 0;

  /** @param given tensors that are there before the first node */
  constructor(block: number, sizes: SizesByName, given: Iterable<string>) {
    this.block = block;
    this.sizes = sizes;
    this.computed = new Set(given);
  }

  private freshName(operator: string): string {
    this.counter += 1;
    return `blocked/${operator}_${this.counter}`;
  }

  /** Adds a node; returns its output. */
  emit({ operator, inputs, attributes = {}, domain, output }: NewNode): string {
    const name = output ?? this.freshName(operator);
    this.nodes.push({ name: `${name}/${operator}`, operator, inputs, outputs: [name], attributes, ...(domain === undefined ? {} : { domain }) });
    this.computed.add(name);
    return name;
  }

  /** Adds a node of the original graph as it is. */
  keep(node: OnnxNode): void {
    for (const name of node.inputs) this.plain(name);
    this.nodes.push(node);
    for (const name of node.outputs) this.computed.add(name);
  }

  private constant(key: string, tensor: Omit<OnnxTensor, 'name'>): string {
    const known = this.constants.get(key);
    if (known !== undefined) return known;
    const name = `blocked/constant_${this.constants.size}`;
    this.added.push({ name, ...tensor });
    this.constants.set(key, name);
    this.computed.add(name);
    return name;
  }

  /** A constant vector. */
  integers(values: readonly number[]): string {
    return this.constant(values.join(), { type: 'int64', dimensions: [values.length], data: new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer) });
  }

  /** A constant tensor. */
  floats(values: readonly number[], dimensions: readonly number[]): string {
    return this.constant(`[${dimensions.join()}] ${values.join()}`, { type: 'float32', dimensions, data: new Uint8Array(Float32Array.from(values).buffer) });
  }

  /** Adds a Reshape. */
  reshape(name: string, sizes: readonly number[]): string {
    return this.emit({ operator: 'Reshape', inputs: [name, this.integers(sizes)] });
  }

  /** Sizes of a rank-4 tensor of the original graph with a whole number of blocks, else `undefined`. */
  blockable(name: string): Sizes | undefined {
    const sizes = this.sizes.get(name);
    const channels = sizes?.[1];
    return sizes?.length === 4 && channels !== undefined && channels % this.block === 0 ? sizes : undefined;
  }

  /** Whether the twin is there. */
  hasTwin(name: string): boolean {
    return this.twins.has(name);
  }

  /** The twin in channel blocks of a blockable tensor. */
  twin(name: string): string {
    const known = this.twins.get(name);
    if (known !== undefined) return known;
    const made = this.emit({ operator: 'ReorderInput', inputs: [this.plain(name)], domain: BLOCK_DOMAIN });
    this.twins.set(name, made);
    return made;
  }

  /** Says that `twin` holds the tensor `name` of the original graph. */
  bindTwin(name: string, twin: string): void {
    this.twins.set(name, twin);
  }

  /** Says that a tensor holds truth values, which only floats can stand for when they leave their blocks. */
  holdsTruth(name: string): void {
    this.truths.add(name);
  }

  /** The plain tensor; from its twin where it was not computed. */
  plain(name: string): string {
    const twin = this.twins.get(name);
    if (name === '' || twin === undefined || this.computed.has(name)) return name;
    const channels = this.sizes.get(name)?.[1] as number;
    if (!this.truths.has(name)) return this.unblock(twin, { output: name, channels });
    const floats = this.emit({ operator: 'Cast', inputs: [twin], attributes: { to: ELEMENT_TYPE.float32 } });
    const apart = this.unblock(floats, { output: this.freshName('ReorderOutput'), channels });
    return this.emit({ operator: 'Cast', inputs: [apart], attributes: { to: ELEMENT_TYPE.bool }, output: name });
  }

  /** Makes a plain tensor from channel blocks, of which `channels` are meant. */
  unblock(blocked: string, { output, channels }: { readonly output: string; readonly channels: number }): string {
    return this.emit({ operator: 'ReorderOutput', inputs: [blocked], attributes: { channels }, domain: BLOCK_DOMAIN, output });
  }

  /**
   * Lets the convolution that gave `twin`, which nothing else reads, add a bias or (in place) a sum; returns the result, or
   * `undefined` when it was no convolution, or does something after it.
   */
  extendConvolution(twin: string, { bias, sum }: { readonly bias?: string; readonly sum?: string }): string | undefined {
    const index = this.nodes.findLastIndex(({ outputs }) => outputs[0] === twin);
    const node = this.nodes[index];
    if (node?.domain !== BLOCK_DOMAIN || node.operator !== 'Conv' || node.attributes['activation'] !== undefined) return undefined;
    const [x = '', weights = '', ownBias = '', ownSum] = node.inputs;
    if (ownSum !== undefined || (bias !== undefined && ownBias !== '')) return undefined;
    // What it adds may come after it.
    this.nodes.splice(index, 1);
    this.nodes.push({ ...node, inputs: [x, weights, bias ?? ownBias, ...(sum === undefined ? [] : [sum])] });
    return twin;
  }

  /** Says that an activation of `twin` may be applied by these convolutions instead. */
  activateWith(twin: string, convolutions: readonly string[]): void {
    this.parts.set(twin, convolutions);
  }

  /** Lets the convolutions that gave `twin` apply an activation; false when there are none, or they have one. */
  fuseActivation(twin: string, activation: Attributes): boolean {
    const indices = (this.parts.get(twin) ?? [twin]).map((part) => this.nodes.findLastIndex(({ outputs }) => outputs[0] === part));
    const isFree = (index: number): boolean => {
      const node = this.nodes[index];
      return node?.domain === BLOCK_DOMAIN && node.operator === 'Conv' && node.attributes['activation'] === undefined;
    };
    if (!indices.every(isFree)) return false;
    for (const index of indices) {
      const node = this.nodes[index] as OnnxNode;
      this.nodes[index] = { ...node, attributes: { ...node.attributes, ...activation } };
    }
    return true;
  }
}
