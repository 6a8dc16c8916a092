/**
 * Traces a function for fixed shapes, with the meaning that it has when it is called: a variable that it reads is read
 * again at every run, and a function that draws random numbers is refused (they would be the same in every run). It is
 * called twice; what differs between the calls is random.
 */
import type { Variable } from '@tensorflow/tfjs-core';
import { InputError } from '@mfim/tensor-contracts';
import { kernelRules } from '../kernels/kernel-rules.ts';
import type { Choices } from '../lowering/choices.ts';
import { lowerGraph } from '../lowering/lower-graph.ts';
import type { OnnxModel } from '../onnx/model.ts';
import { callSite } from '../recording/call-site.ts';
import { isStatic } from '../recording/dimension.ts';
import type { BatchPair } from '../recording/dimension.ts';
import { mergeRecordings } from '../recording/merge-recordings.ts';
import type { VaryingAttributes } from '../recording/merge-recordings.ts';
import { recordFunction } from '../recording/record-function.ts';
import type { Recording, TracedFunction } from '../recording/record-function.ts';
import type { RecordedGraph, TensorType } from '../recording/recorded-graph.ts';
import { registerKernels } from '../recording/register-kernels.ts';

/** An input of a traced program. The dimension 'items' is left open: the graph runs for any size of it. */
export interface ProgramInput {
  readonly shape: readonly (number | 'items')[];
  readonly dtype: TensorType['dtype'];
}

/** What is traced. */
export interface ProgramRequest {
  readonly name: string;
  readonly fn: TracedFunction;
  readonly inputs: ReadonlyMap<string, ProgramInput>;
  /** How the graph is written where there is a choice. */
  readonly choices?: Partial<Choices>;
}

/** The open dimension in the two calls of the traced function. */
const TRACED_ITEMS: BatchPair = [2, 4];

/** A function as a graph. */
export interface TracedProgram {
  readonly model: OnnxModel;
  /** Variables to be fed at every run, by the names of the graph's inputs. */
  readonly variables: ReadonlyMap<string, Variable>;
  readonly outputs: ReadonlyMap<string, TensorType>;
}

function refuseRandom(where: string, what: string): never {
  throw new InputError({
    where,
    expected: 'a function that does the same in every call',
    got: what,
    remedy: 'draw random numbers before the call and pass them as an input',
  });
}

/** What two recordings for the same inputs do not agree in is random. */
function checkRepeatable(graph: RecordedGraph, varying: VaryingAttributes, isOpen: boolean): void {
  for (const call of graph.calls) {
    for (const [name, { source, example }] of call.inputs) {
      if (source.kind === 'varying') refuseRandom(`compile at ${callSite(call.site)}`, `random numbers [${example.join(', ')}] as ${name} of the tfjs kernel ${call.kernel}`);
    }
    if (!isOpen && !call.outputs.every(({ shape }) => isStatic(shape))) refuseRandom(`compile at ${callSite(call.site)}`, `shapes that change, from the tfjs kernel ${call.kernel}`);
  }
  if (isOpen) return;
  for (const [call, names] of varying) refuseRandom(`compile at ${callSite(call.site)}`, `another ${names.join(', ')} of the tfjs kernel ${call.kernel} in each call`);
}

/** Errors of the trace name the function that the caller knows. */
export async function asCompile<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof InputError) || !error.parts.where.startsWith('traceToOnnx')) throw error;
    throw new InputError({ ...error.parts, where: error.parts.where.replace('traceToOnnx', 'compile'), cause: error });
  }
}

function record({ fn, inputs }: ProgramRequest, items: number): Recording {
  const sized = ({ shape, dtype }: ProgramInput): TensorType => ({ shape: shape.map((size) => (size === 'items' ? items : size)), dtype });
  return recordFunction(fn, { inputs: new Map([...inputs].map(([name, input]) => [name, sized(input)])), variablesAreInputs: true });
}

async function trace(request: ProgramRequest): Promise<TracedProgram> {
  const { name, inputs } = request;
  registerKernels(kernelRules.values());
  const [first, second] = TRACED_ITEMS.map((items) => record(request, items)) as [Recording, Recording];
  const { graph, varying } = mergeRecordings(first.graph, second.graph, TRACED_ITEMS);
  checkRepeatable(graph, varying, [...inputs.values()].some(({ shape }) => shape.includes('items')));
  const outputs = new Map([...graph.outputs].map(([port, { example, dtype }]) => [port, { shape: example, dtype }] as const));
  const model = await lowerGraph(graph, {
    name,
    weights: 'float32',
    metadata: {},
    parameterNames: new Map(),
    rules: kernelRules,
    varying,
    choices: request.choices,
  });
  return { model, variables: first.variables, outputs };
}

/**
 * Traces `fn` for inputs of these types.
 * @throws InputError that names the tfjs call, its line and the remedy: an operation without a rule, a value that is read
 *   while tracing, an asynchronous function, random numbers
 */
export function traceProgram(request: ProgramRequest): Promise<TracedProgram> {
  return asCompile(() => trace(request));
}
