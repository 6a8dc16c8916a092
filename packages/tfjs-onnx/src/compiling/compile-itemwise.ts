/**
 * Compiles updates that treat every item of the state alike, such as an optimiser's: vectors of one length and scalars in,
 * vectors out. One graph serves every length. In memory it runs in stretches that stay in the cache and are written back in
 * place; on a device that keeps tensors it runs over whole vectors.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import { InputError } from '@mfim/tensor-contracts';
import { recordOfTensors } from '../recording/record-of-tensors.ts';
import type { OutputLocations } from './create-session.ts';
import { INPUT, prefixed, unprefixed } from './input-feeds.ts';
import { refuseNaN } from './input-spec.ts';
import { hostTensor, loadProgram } from './load-program.ts';
import type { Feeds, LoadedProgram } from './load-program.ts';
import { keepsTensors } from './onnx-runtime.ts';
import { runItemwise } from './run-itemwise.ts';
import type { ProgramInput } from './trace-program.ts';
import type { SessionState } from './session-state.ts';

/** A pure function of vectors and scalars that gives the next value of some of the vectors, item by item. */
export type ItemwiseFunction = (vectors: Record<string, Tensor>, scalars: Record<string, Tensor>) => Record<string, Tensor>;

/** What is compiled. */
export interface ItemwiseDefinition {
  readonly name: string;
  readonly fn: ItemwiseFunction;
  /** The state's tensor for each vector of the function; all of one length. */
  readonly vectors: Readonly<Record<string, string>>;
  /** Names of the scalars that each run is given. */
  readonly scalars: readonly string[];
}

/** A compiled update. */
export interface ItemwiseProgram {
  (scalars: Readonly<Record<string, number>>): Promise<void>;
  release(): Promise<void>;
}

const VECTOR = 'vector/';
const NEXT = 'next/';

function checkVectors({ name, vectors }: ItemwiseDefinition, state: SessionState): void {
  const lengths = Object.values(vectors).map((slot) => state.typeOf(slot).shape);
  if (lengths.every((shape) => shape.length === 1 && shape[0] === lengths[0]?.[0])) return;
  throw new InputError({ where: `compile ${name}`, expected: 'vectors of one length', got: lengths.map((shape) => `[${shape.join(', ')}]`).join(', '), remedy: 'flatten them' });
}

const onDevice = (outputs: Iterable<string>): OutputLocations => Object.fromEntries([...outputs].map((output) => [output, 'gpu-buffer'] as const));

/** What lies in memory is updated there, whatever computes its gradients. */
function load(definition: ItemwiseDefinition, state: SessionState): Promise<LoadedProgram> {
  const { name, fn, vectors, scalars } = definition;
  checkVectors(definition, state);
  const vector = { shape: ['items'] as const, dtype: 'float32' as const };
  const single = { shape: [] as const, dtype: 'float32' as const };
  return loadProgram({
    name,
    fn: (ports) => Object.fromEntries(prefixed(NEXT, recordOfTensors(fn(unprefixed(VECTOR, Object.entries(ports)), unprefixed(INPUT, Object.entries(ports)))))),
    inputs: new Map<string, ProgramInput>([...Object.keys(vectors).map((key) => [VECTOR + key, vector] as const), ...scalars.map((key) => [INPUT + key, single] as const)]),
    ...(keepsTensors(state.options) ? { options: state.options, locate: onDevice } : { options: { ...state.options, provider: 'cpu' } }),
  });
}

function scalarFeeds({ name, scalars }: ItemwiseDefinition, given: Readonly<Record<string, number>>, state: SessionState): Feeds {
  const entries = scalars.map((key) => {
    const value = given[key] ?? Number.NaN;
    refuseNaN(name, key, { data: [value], shape: [] });
    return [INPUT + key, hostTensor(state.options, Float32Array.of(value), { shape: [], dtype: 'float32' })] as const;
  });
  return Object.fromEntries(entries);
}

async function runWhole(definition: ItemwiseDefinition, state: SessionState, run: { readonly program: LoadedProgram; readonly common: Feeds }): Promise<void> {
  const { program, common } = run;
  const read = Object.entries(definition.vectors).filter(([key]) => program.reads.has(VECTOR + key));
  const results = await program.run({ ...common, ...Object.fromEntries(read.map(([key, slot]) => [VECTOR + key, state.tensorOf(slot)] as const)) });
  const next = Object.entries(unprefixed(NEXT, Object.entries(results)));
  state.replace(new Map(next.map(([key, tensor]) => [definition.vectors[key] as string, tensor] as const)));
}

async function runInPlace(definition: ItemwiseDefinition, state: SessionState, run: { readonly program: LoadedProgram; readonly common: Feeds }): Promise<void> {
  const { program, common } = run;
  const vectors = new Map(Object.entries(definition.vectors).map(([key, slot]) => [VECTOR + key, state.tensorOf(slot).data as Float32Array] as const));
  const results = new Map([...program.outputs.keys()].map((output) => [VECTOR + output.slice(NEXT.length), output] as const));
  try {
    await runItemwise({ program, options: state.options, vectors, results, common });
  } catch (error) {
    state.break(error);
    throw error;
  }
}

/**
 * Compiles an update; it is traced and loaded at its first run.
 *
 * @throws InputError at a run: vectors of different lengths, a missing or NaN scalar, an operation without a rule
 */
export function compileItemwise(state: SessionState, definition: ItemwiseDefinition): ItemwiseProgram {
  let loading: Promise<LoadedProgram> | undefined;
  const run = async (scalars: Readonly<Record<string, number>>): Promise<void> => {
    const common = scalarFeeds(definition, scalars, state);
    loading ??= load(definition, state);
    const program = await loading;
    await state.inTurn(() => (keepsTensors(state.options) ? runWhole : runInPlace)(definition, state, { program, common }));
  };
  const release = async (): Promise<void> => {
    const program = loading;
    loading = undefined;
    await (await program)?.release();
  };
  return Object.assign(run, { release });
}
