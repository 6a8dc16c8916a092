/**
 * Exports a TensorFlow.js function as an ONNX file by running it once (twice with a symbolic batch) on a
 * backend whose kernels record what is called. Gradients are tfjs operations too, so they export as well.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import { checkPortNames } from './check-port-names.ts';
import { kernelRules } from './kernels/kernel-rules.ts';
import type { Choices } from './lowering/choices.ts';
import { lowerGraph } from './lowering/lower-graph.ts';
import type { OnnxPort } from './onnx/model.ts';
import { IR_VERSION, OPSET_VERSION } from './onnx/versions.ts';
import { writeModel } from './onnx/write-model.ts';
import type { BatchPair } from './recording/dimension.ts';
import { mergeRecordings } from './recording/merge-recordings.ts';
import { recordFunction } from './recording/record-function.ts';
import type { RecordedGraph } from './recording/recorded-graph.ts';
import type { TracedFunction } from './recording/record-function.ts';
import { registerKernels } from './recording/register-kernels.ts';

/** An input of the traced function. The dimension 'batch' is symbolic, the same in all inputs. */
export interface TraceInput {
  readonly name: string;
  readonly shape: readonly (number | 'batch')[];
  /** Default 'float32'. */
  readonly dtype?: 'float32' | 'int32' | 'bool';
}

/** How to trace. */
export interface TraceOptions {
  /** Name of the graph in the file. */
  readonly name: string;
  readonly inputs: readonly TraceInput[];
  /** How weights are stored (computation is float32 in both cases). Default 'float32'. */
  readonly weights?: 'float32' | 'float16';
  /** Names for the parameters that the function closes over. */
  readonly weightNames?: ReadonlyMap<Tensor, string>;
  /** Batch size that the function can be called with, and twice which it can be called with; default 2. */
  readonly exampleBatch?: number;
  /** Key-value pairs that are written into the file. */
  readonly metadata?: Readonly<Record<string, string>>;
  /** @internal How the graph is written, for measurements. */
  readonly choices?: Partial<Choices>;
}

/** An input or output of the file; 'batch' (or, for outputs, such as '2*batch') is symbolic. */
export interface TracedPort {
  readonly name: string;
  readonly shape: readonly (number | string)[];
}

/** An exported function. */
export interface TracedGraph {
  /** The `.onnx` file. */
  readonly bytes: Uint8Array;
  readonly opset: number;
  readonly irVersion: number;
  readonly nodeCount: number;
  readonly inputs: readonly TracedPort[];
  readonly outputs: readonly TracedPort[];
}

const DEFAULT_EXAMPLE_BATCH = 2;

function recordFor(fn: TracedFunction, ports: readonly TraceInput[], batch: number): RecordedGraph {
  const concrete = (shape: TraceInput['shape']): number[] => shape.map((size) => (size === 'batch' ? batch : size));
  const inputs = new Map(ports.map(({ name, shape, dtype = 'float32' }) => [name, { shape: concrete(shape), dtype }] as const));
  return recordFunction(fn, { inputs, variablesAreInputs: false }).graph;
}

const tracedPort = ({ name, shape = [] }: OnnxPort): TracedPort => ({ name, shape });

/**
 * Traces `fn` and returns the ONNX file that computes it. Parameters are the tensors that `fn` closes
 * over, on any tfjs backend; what depends on them alone is computed now and stored. `fn` must be pure: it
 * is called twice when a dimension is 'batch'.
 *
 * Throws `InputError` for an operation that has no rule (with its name and the calling line), for a
 * read of a traced value, and for a function whose course depends on the batch size.
 */
export async function traceToOnnx(fn: TracedFunction, options: TraceOptions): Promise<TracedGraph> {
  registerKernels(kernelRules.values());
  const example = options.exampleBatch ?? DEFAULT_EXAMPLE_BATCH;
  const batches: BatchPair = [example, 2 * example];
  const dynamic = options.inputs.some(({ shape }) => shape.includes('batch'));
  const small = recordFor(fn, options.inputs, example);
  const large = dynamic ? recordFor(fn, options.inputs, 2 * example) : small;
  const { graph, varying } = mergeRecordings(small, large, batches);
  checkPortNames(graph.inputs.keys(), graph.outputs.keys());
  const model = await lowerGraph(graph, {
    name: options.name,
    weights: options.weights ?? 'float32',
    metadata: options.metadata ?? {},
    parameterNames: new Map([...(options.weightNames ?? [])].map(([tensor, name]) => [tensor.dataId, name] as const)),
    rules: kernelRules,
    varying,
    choices: options.choices,
  });
  return {
    bytes: writeModel(model),
    opset: OPSET_VERSION,
    irVersion: IR_VERSION,
    nodeCount: model.nodes.length,
    inputs: model.inputs.map(tracedPort),
    outputs: model.outputs.map(tracedPort),
  };
}
