/** The initialisers of an ONNX model, and the values of its Constant nodes, by name. The graph itself is not read. */
import { damaged } from '../damaged.ts';
import { checkTensorCount } from '../lazy-tensor.ts';
import type { LazyCheckpoint, LazyTensor, Scalar } from '../lazy-tensor.ts';
import type { Reading, Region } from '../reading/region.ts';
import { checkTensorName } from '../tensor-name.ts';
import { message, readTensorProto } from './tensor-proto.ts';
import { eachField, readText } from './wire-reader.ts';
import type { WireBudget, WireField } from './wire-reader.ts';

const WHERE = 'readOnnx';
const MAXIMUM_FIELDS = 4_000_000;
const MODEL = { irVersion: 1, producerName: 2, producerVersion: 3, graph: 7 } as const;
const GRAPH = { node: 1, initializer: 5, sparseInitializer: 15 } as const;
const NODE = { output: 2, operator: 4, attribute: 5 } as const;
const ATTRIBUTE_TENSOR = 5;

class ModelReading {
  readonly tensors = new Map<string, LazyTensor>();
  readonly scalars = new Map<string, Scalar>();
  readonly skipped = new Map<string, string>();
  readonly #budget: WireBudget = { fields: MAXIMUM_FIELDS };
  graphs = 0;

  *model(region: Region): Reading<void> {
    yield* eachField(region, this.#budget, (field) => {
      if (field.number === MODEL.graph) return this.#graph(message(field));
      if (field.number === MODEL.producerName) return this.#text('producer_name', field);
      if (field.number === MODEL.producerVersion) return this.#text('producer_version', field);
      if (field.number === MODEL.irVersion) this.scalars.set('ir_version', Number(field.varint ?? 0n));
      return undefined;
    });
  }

  *#text(name: string, field: WireField): Reading<void> {
    this.scalars.set(name, yield* readText(field));
  }

  *#graph(region: Region): Reading<void> {
    this.graphs += 1;
    yield* eachField(region, this.#budget, (field) => {
      if (field.number === GRAPH.initializer) return this.#initializer(message(field));
      if (field.number === GRAPH.node) return this.#node(message(field));
      if (field.number === GRAPH.sparseInitializer) this.skipped.set(`sparse initializer ${this.skipped.size}`, 'a sparse tensor');
      return undefined;
    });
  }

  *#initializer(region: Region, outputName?: string): Reading<void> {
    const found = yield* readTensorProto(region, this.#budget);
    const name = outputName ?? found.name;
    checkTensorName(WHERE, name);
    if (this.tensors.has(name)) damaged(WHERE, { expected: 'every tensor once', got: `${JSON.stringify(name)} twice` });
    if (found.tensor === undefined) this.skipped.set(name, found.skipped);
    else this.tensors.set(name, found.tensor);
    checkTensorCount(WHERE, this.tensors.size + this.skipped.size);
  }

  *#node(region: Region): Reading<void> {
    const node = { operator: '', output: '', attributes: [] as Region[] };
    function* text(part: 'operator' | 'output', field: WireField): Reading<void> {
      node[part] = yield* readText(field);
    }
    yield* eachField(region, this.#budget, (field) => {
      if (field.number === NODE.operator) return text('operator', field);
      if (field.number === NODE.output) return text('output', field);
      if (field.number === NODE.attribute) node.attributes.push(message(field));
      return undefined;
    });
    if (node.operator !== 'Constant') return;
    for (const attribute of node.attributes) {
      yield* eachField(attribute, this.#budget, (field) => (field.number === ATTRIBUTE_TENSOR ? this.#initializer(message(field), node.output) : undefined));
    }
  }
}

/**
 * The tensors of an ONNX model.
 *
 * @throws InputError on damage, on tensors whose numbers are in two places or not those of their shape, and on external data outside the
 *   model's folder.
 */
export function* readOnnx(region: Region): Reading<LazyCheckpoint> {
  const reading = new ModelReading();
  yield* reading.model(region);
  if (reading.graphs !== 1) damaged(WHERE, { expected: 'an ONNX model with a graph', got: `${reading.graphs}`, remedy: 'pass a weight file of a known format' });
  return reading;
}
