/**
 * A traced function in a session: it takes feeds by name, adds what it reads by itself, and gives outputs by name.
 */
import { InputError, oneAtATime } from '@mfim/tensor-contracts';
import type { Tensor, TypedArray } from '@tensorflow/tfjs-core';
import type { Choices } from '../lowering/choices.ts';
import { typedFor } from '../lowering/typed-for.ts';
import type { TensorType } from '../recording/recorded-graph.ts';
import type { OutputLocations } from './create-session.ts';
import type { GraphFacts } from './graph-facts.ts';
import { isOnCpu, providerName, runtimeOf } from './onnx-runtime.ts';
import type { HostType, RuntimeOptions, RuntimeTensor } from './onnx-runtime.ts';
import { openSession } from './open-session.ts';
import { runtimeBlock } from './runtime-block.ts';
import { traceProgram } from './trace-program.ts';
import type { ProgramRequest } from './trace-program.ts';

/** Tensors of the runtime by name. */
export type Feeds = Readonly<Record<string, RuntimeTensor>>;

/** A graph that can be run. */
export interface LoadedProgram {
  readonly facts: GraphFacts;
  /** The inputs that the graph reads; others need not be fed. */
  readonly reads: ReadonlySet<string>;
  readonly outputs: ReadonlyMap<string, TensorType>;
  run(feeds: Feeds): Promise<Feeds>;
  release(): Promise<void>;
}

/** What is loaded, and how. */
export interface LoadRequest extends ProgramRequest {
  readonly options: RuntimeOptions;
  /** Where outputs shall stay; absent: in memory. */
  readonly locate?: (outputs: Iterable<string>) => OutputLocations;
}

/** What a provider needs to be written otherwise. */
const CHOICES: Readonly<Record<string, Partial<Choices>>> = { webgpu: { maximumGradient: 'comparison' } };

async function choicesFor(options: RuntimeOptions): Promise<Partial<Choices>> {
  const fast: Partial<Choices> = isOnCpu(options) ? { channelBlock: await runtimeBlock(options), step: 'clip' } : {};
  return { ...fast, ...CHOICES[providerName(options)] };
}

/** A tensor of the runtime that holds these numbers (not a copy of them). */
export function hostTensor(options: RuntimeOptions, data: TypedArray, { shape, dtype }: TensorType): RuntimeTensor {
  const { Tensor: Host } = runtimeOf(options);
  return new Host(dtype as HostType, typedFor(dtype, data) as Float32Array, [...shape]);
}

async function variableFeeds(variables: ReadonlyMap<string, Tensor>, options: RuntimeOptions): Promise<Feeds> {
  const entries = [...variables].map(async ([name, variable]) => [name, hostTensor(options, await variable.data(), variable)] as const);
  return Object.fromEntries(await Promise.all(entries));
}

function only(names: ReadonlySet<string>, feeds: Feeds): Record<string, RuntimeTensor> {
  return Object.fromEntries(Object.entries(feeds).filter(([name]) => names.has(name)));
}

function failed({ name, options }: LoadRequest, error: unknown): never {
  throw new InputError({
    where: name,
    expected: `the compiled graph to run on ${providerName(options)}`,
    got: error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error),
    remedy: "free memory if that is what it asks for; otherwise choose provider: 'cpu', and report the operation that failed",
    cause: error,
  });
}

/** Traces and loads. @throws InputError when the function cannot be compiled for this provider */
export async function loadProgram(request: LoadRequest): Promise<LoadedProgram> {
  const { options, locate } = request;
  const since = performance.now();
  const { model: whole, variables, outputs } = await traceProgram({ ...request, choices: await choicesFor(options) });
  const reads = new Set(whole.nodes.flatMap(({ inputs }) => inputs));
  const model = { ...whole, inputs: whole.inputs.filter(({ name }) => reads.has(name)) };
  const names = model.outputs.map(({ name }) => name);
  const { session, fallbacks } = await openSession({ model, options, locations: locate?.(names) });
  const inTurn = oneAtATime();
  const facts = { name: request.name, nodes: model.nodes.length, fallbacks, milliseconds: performance.now() - since };
  options.onGraph?.(facts);
  return {
    facts,
    reads,
    outputs,
    run: (feeds) =>
      inTurn(async () => {
        const all = only(reads, { ...feeds, ...(await variableFeeds(variables, options)) });
        return session.run(all, names).catch((error: unknown) => failed(request, error));
      }),
    release: () => inTurn(() => session.release()),
  };
}
