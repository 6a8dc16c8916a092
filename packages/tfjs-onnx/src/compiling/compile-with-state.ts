/**
 * Compiles pure functions `(state, inputs) => { state, outputs }` over a state that stays where it is computed.
 */
import type { Tensor } from '@tensorflow/tfjs-core';
import { InputError } from '@mfim/tensor-contracts';
import { recordOfTensors } from '../recording/record-of-tensors.ts';
import { resultTensors } from './compile.ts';
import type { OutputLocations } from './create-session.ts';
import { INPUT, OUTPUT, inputFeeds, prefixed, unprefixed } from './input-feeds.ts';
import { checkInputs } from './input-spec.ts';
import type { InputSpecs } from './input-spec.ts';
import { loadProgram } from './load-program.ts';
import type { GraphFacts } from './graph-facts.ts';
import type { Feeds, LoadedProgram } from './load-program.ts';
import { keepsTensors } from './onnx-runtime.ts';
import { ProgramCache } from './program-cache.ts';
import type { InputTypes } from './program-cache.ts';
import type { SessionState } from './session-state.ts';

/** Tensors by name. */
export type NamedTensors = Readonly<Record<string, Tensor>>;

/** What a function over a state returns. */
export interface StateResult {
  /** The tensors of the state that change; the others stay. */
  readonly state?: NamedTensors;
  readonly outputs?: NamedTensors;
}

/** A pure function of a state and of inputs. */
export type StateFunction = (state: Record<string, Tensor>, inputs: Record<string, Tensor>) => StateResult;

/** A compiled function over a state. */
export interface StateProgram {
  /** Runs it; the state's next tensors replace the present ones when the whole run succeeded. The caller disposes the outputs. */
  (inputs: NamedTensors): Promise<Record<string, Tensor>>;
  readonly graphs: readonly GraphFacts[];
  release(): Promise<void>;
}

/** What is compiled. */
export interface StateFunctionDefinition {
  readonly name: string;
  readonly fn: StateFunction;
  readonly inputs: InputSpecs;
}

const STATE = 'state/';
const NEXT = 'next/';

function checkNext(name: string, state: SessionState, next: NamedTensors): void {
  for (const [slot, { shape, dtype }] of Object.entries(next)) {
    const type = state.typeOf(slot);
    if (dtype === type.dtype && shape.join() === type.shape.join()) continue;
    throw new InputError({
      where: `compile ${name}: the next ${slot}`,
      expected: `${type.dtype} [${type.shape.join(', ')}], as it was`,
      got: `${dtype} [${shape.join(', ')}]`,
      remedy: 'return the state in the shapes in which it came',
    });
  }
}

function traced({ name, fn }: StateFunctionDefinition, state: SessionState) {
  return (ports: Record<string, Tensor>): Record<string, Tensor> => {
    const all = Object.entries(ports);
    const { state: next = {}, outputs = {} } = fn(unprefixed(STATE, all), unprefixed(INPUT, all));
    const named = [...prefixed(NEXT, recordOfTensors(next)), ...prefixed(OUTPUT, recordOfTensors(outputs))];
    checkNext(name, state, next);
    return Object.fromEntries(named);
  };
}

function locationsFor(state: SessionState): ((outputs: Iterable<string>) => OutputLocations) | undefined {
  if (!keepsTensors(state.options)) return undefined;
  return (outputs) => Object.fromEntries([...outputs].map((output) => [output, output.startsWith(NEXT) ? 'gpu-buffer' : 'cpu'] as const));
}

function load(definition: StateFunctionDefinition, state: SessionState, types: InputTypes): Promise<LoadedProgram> {
  const slots = state.names.map((slot) => [slot, state.typeOf(slot)] as const);
  const locate = locationsFor(state);
  return loadProgram({
    name: definition.name,
    fn: traced(definition, state),
    inputs: new Map([...prefixed(STATE, slots), ...prefixed(INPUT, types)]),
    options: state.options,
    ...(locate === undefined ? {} : { locate }),
  });
}

function stateFeeds({ reads }: LoadedProgram, state: SessionState): Feeds {
  const read = state.names.filter((slot) => reads.has(STATE + slot));
  return Object.fromEntries(read.map((slot) => [STATE + slot, state.tensorOf(slot)] as const));
}

/**
 * Compiles a function over a state; it is traced and loaded at its first run with inputs of new shapes.
 *
 * @throws InputError at a run, as `compile` does, and when a next tensor has not the shape of the present one
 */
export function compileWithState(state: SessionState, definition: StateFunctionDefinition): StateProgram {
  const { name, inputs: specs } = definition;
  const cache = new ProgramCache((types) => load(definition, state, types));
  const run = async (inputs: NamedTensors): Promise<Record<string, Tensor>> => {
    const types = checkInputs(name, specs, inputs);
    const feeds = await inputFeeds(name, inputs, state.options);
    const program = await cache.get(types);
    return state.inTurn(async () => {
      const results = await program.run({ ...feeds, ...stateFeeds(program, state) });
      state.replace(new Map(Object.entries(unprefixed(NEXT, Object.entries(results)))));
      return resultTensors(OUTPUT, program, results);
    });
  };
  return Object.assign(run, { graphs: cache.graphs, release: () => cache.release() });
}
