/**
 * `jit` for training: the loss, its gradient and the optimiser's update as ONNX graphs over a state that stays where it is
 * computed. The gradient's graph may have kinds, such as with and without a lazy regularisation: each is a graph over the same
 * state. An update is one graph for all parameters, because they lie in one vector.
 */
import { add, mul, sub, tensor as makeTensor, tidy, valueAndGrad, zerosLike } from '@tensorflow/tfjs-core';
import type { Scalar, Tensor } from '@tensorflow/tfjs-core';
import { InputError } from '@mfim/tensor-contracts';
import { compileItemwise } from './compile-itemwise.ts';
import type { ItemwiseProgram } from './compile-itemwise.ts';
import { compileWithState } from './compile-with-state.ts';
import type { NamedTensors, StateProgram } from './compile-with-state.ts';
import { flatten, layoutOf, unflatten } from './flat-tensors.ts';
import type { Layout } from './flat-tensors.ts';
import type { CompileOptions } from './input-feeds.ts';
import type { InputSpecs } from './input-spec.ts';
import type { GraphFacts } from './graph-facts.ts';
import type { Optimiser } from './optimiser.ts';
import { openState } from './session-state.ts';
import type { SessionState } from './session-state.ts';

/** A loss and, if wanted, the terms that it is the sum of; scalars. */
export interface LossTerms {
  readonly loss: Tensor;
  readonly terms?: NamedTensors;
}

/** A pure function; `kind` says which graph is wanted, see `StepRun.kind`. */
export type LossFunction = (parameters: Record<string, Tensor>, inputs: Record<string, Tensor>, kind: string) => LossTerms | Tensor;

/** How to train. */
export interface StepOptions extends CompileOptions {
  readonly inputs: InputSpecs;
  readonly optimiser: Optimiser;
  /** Keeps an exponential moving average of the parameters; how much of it stays at the update of this count (from 1 on). */
  readonly averageDecay?: (updates: number) => number;
}

/** One step. */
export interface StepRun {
  /** Any text that the loss understands; each is compiled once. Default `plain`. */
  readonly kind?: string;
  /** Default: the optimiser's. */
  readonly rate?: number;
}

/** What a step came to: means over its parts. */
export interface StepOutcome {
  readonly loss: number;
  readonly terms: Readonly<Record<string, number>>;
}

/** Everything that changes while training. */
export interface StepState {
  readonly updates: number;
  readonly parameters: NamedTensors;
  readonly average?: NamedTensors;
  /** What the optimiser remembers, by its slots' names. */
  readonly slots: Readonly<Record<string, NamedTensors>>;
}

const PARAMETERS = 'parameters';
const GRADIENT = 'gradient';
const SUM = 'gradient sum';
const AVERAGE = 'average';
const slotName = (slot: string): string => `slot ${slot}`;
/** Names of the graph's own outputs; terms are prefixed. */
const LOSS = 'loss';
const TERM = 'term ';

type Outputs = Record<string, Tensor>;

function isTensor(result: LossTerms | Tensor): result is Tensor {
  return 'dataId' in result;
}

/** The loss at the parameters, its terms, and the gradient of the one vector that they lie in. */
function gradientOf(loss: LossFunction, layout: Layout, kind: string) {
  return (state: Record<string, Tensor>, inputs: Record<string, Tensor>) => {
    let outputs: Outputs = {};
    const { value, grad } = valueAndGrad((flat: Tensor) => {
      const result = loss(unflatten(layout, flat), inputs, kind);
      if (isTensor(result)) return result as Scalar;
      // Of a trace the records stay when tidy disposes the tensors.
      outputs = Object.fromEntries(Object.entries(result.terms ?? {}).map(([name, term]) => [TERM + name, term]));
      return result.loss as Scalar;
    })(state[PARAMETERS] as Tensor);
    return { state: { [GRADIENT]: grad }, outputs: { ...outputs, [LOSS]: value } };
  };
}

/** A training step whose state lives in the runtime; made by `compileStep`. */
export interface CompiledStep {
  /**
   * Takes one step.
   * @param batch the inputs, or those of each part of a batch, whose gradients are averaged (gradient accumulation)
   */
  run(batch: NamedTensors | readonly NamedTensors[], options?: StepRun): Promise<StepOutcome>;
  /** A copy of the state; the caller disposes its tensors. */
  read(): Promise<StepState>;
  /** Continues from another state. @throws InputError when names or shapes differ */
  write(state: StepState): Promise<void>;
  /** One entry for each gradient graph that was compiled so far. */
  readonly graphs: readonly GraphFacts[];
  release(): Promise<void>;
}

/** What the parts of a compiled step share. */
interface Stepping {
  readonly loss: LossFunction;
  readonly layout: Layout;
  readonly state: SessionState;
  readonly options: StepOptions;
}

function updateProgram({ state, options: { optimiser, averageDecay } }: Stepping): ItemwiseProgram {
  const averaged = averageDecay === undefined ? {} : { average: AVERAGE };
  return compileItemwise(state, {
    name: 'optimiser update',
    vectors: { parameter: PARAMETERS, gradient: SUM, ...averaged, ...Object.fromEntries(optimiser.slots.map((slot) => [slotName(slot), slotName(slot)])) },
    scalars: [...Object.keys(optimiser.scalars(1, optimiser.rate)), 'share', ...(averageDecay === undefined ? [] : ['decay'])],
    fn({ parameter, gradient, average, ...rest }, scalars) {
      const slots = Object.fromEntries(optimiser.slots.map((slot) => [slot, rest[slotName(slot)] as Tensor]));
      const next = optimiser.apply({ parameter: parameter as Tensor, gradient: mul(gradient as Tensor, scalars['share'] as Tensor), slots, scalars });
      const remembered = Object.fromEntries(Object.entries(next.slots).map(([slot, value]) => [slotName(slot), value]));
      if (average === undefined) return { parameter: next.parameter, ...remembered };
      return { parameter: next.parameter, average: add(next.parameter, mul(sub(average, next.parameter), scalars['decay'] as Tensor)), ...remembered };
    },
  });
}

function sumProgram({ state }: Stepping): ItemwiseProgram {
  return compileItemwise(state, {
    name: 'gradient accumulation',
    fn: ({ sum, gradient }) => ({ sum: add(sum as Tensor, gradient as Tensor) }),
    vectors: { sum: SUM, gradient: GRADIENT },
    scalars: [],
  });
}

function outcomeOf(parts: readonly Readonly<Record<string, number>>[]): StepOutcome {
  const means: Record<string, number> = {};
  for (const part of parts) for (const [name, value] of Object.entries(part)) means[name] = (means[name] ?? 0) + value / parts.length;
  const { [LOSS]: loss = Number.NaN, ...terms } = means;
  return { loss, terms: Object.fromEntries(Object.entries(terms).map(([name, value]) => [name.slice(TERM.length), value])) };
}

/** The numbers of scalars, which are disposed. */
function numbersOf(outputs: NamedTensors): Record<string, number> {
  return Object.fromEntries(Object.entries(outputs).map(([name, scalar]) => {
    const [value = Number.NaN] = scalar.dataSync();
    scalar.dispose();
    return [name, value];
  }));
}

/** The gradients' graphs by kind. */
function gradientPrograms({ loss, layout, state, options }: Stepping): { readonly of: (kind: string) => StateProgram; readonly all: () => StateProgram[] } {
  const kinds = new Map<string, StateProgram>();
  const of = (kind: string): StateProgram => {
    const known = kinds.get(kind) ?? compileWithState(state, { name: `training step (${kind})`, fn: gradientOf(loss, layout, kind), inputs: options.inputs });
    kinds.set(kind, known);
    return known;
  };
  return { of, all: () => [...kinds.values()] };
}

async function readVector({ state, layout }: Stepping, name: string): Promise<NamedTensors> {
  const values = (await state.read(name)).slice();
  return tidy(() => unflatten(layout, makeTensor(values, [values.length])));
}

async function readState(stepping: Stepping, updates: number): Promise<StepState> {
  const { optimiser, averageDecay } = stepping.options;
  const slots: Record<string, NamedTensors> = {};
  for (const slot of optimiser.slots) slots[slot] = await readVector(stepping, slotName(slot));
  const parameters = await readVector(stepping, PARAMETERS);
  return averageDecay === undefined ? { updates, parameters, slots } : { updates, parameters, slots, average: await readVector(stepping, AVERAGE) };
}

function checkLayout(layout: Layout, tensors: NamedTensors, where: string): void {
  const given = layoutOf(tensors);
  if (JSON.stringify(given) === JSON.stringify(layout)) return;
  const difference = layout.names.findIndex((name, index) => given.names[index] !== name || given.shapes[index]?.join() !== layout.shapes[index]?.join());
  throw new InputError({
    where: `compiled step: ${where}`,
    expected: `the tensors of the step, such as ${layout.names[difference] ?? layout.names[0]} [${layout.shapes[Math.max(difference, 0)]?.join(', ')}]`,
    got: given.names[difference] === undefined ? `${given.names.length} tensors instead of ${layout.names.length}` : `${given.names[difference]} [${given.shapes[difference]?.join(', ')}]`,
    remedy: 'write a state that was read from a step of the same parameters and optimiser',
  });
}

function vectorsOf({ layout, options }: Stepping, { parameters, average, slots }: StepState): Record<string, Tensor> {
  const wanted = { [PARAMETERS]: parameters, ...(options.averageDecay === undefined ? {} : { [AVERAGE]: average ?? {} }), ...Object.fromEntries(options.optimiser.slots.map((slot) => [slotName(slot), slots[slot] ?? {}])) };
  for (const [name, tensors] of Object.entries(wanted)) checkLayout(layout, tensors, name);
  return tidy(() => Object.fromEntries(Object.entries(wanted).map(([name, tensors]) => [name, flatten(layout, tensors)])));
}

async function open(layout: Layout, parameters: NamedTensors, options: StepOptions): Promise<SessionState> {
  const start = tidy(() => {
    const flat = flatten(layout, parameters);
    const zeros = Object.fromEntries(options.optimiser.slots.map((slot) => [slotName(slot), zerosLike(flat)]));
    return { [PARAMETERS]: flat, ...(options.averageDecay === undefined ? {} : { [AVERAGE]: flat.clone() }), ...zeros };
  });
  const shape = (start[PARAMETERS] as Tensor).shape;
  const state = await openState(start, options, { [GRADIENT]: shape, [SUM]: shape });
  for (const tensor of Object.values(start)) tensor.dispose();
  return state;
}

/**
 * Compiles a training step. Gradients are tfjs's own, so what tfjs can differentiate (gradients of gradients too) compiles.
 *
 * @param parameters where training starts, by name; they are copied
 * @throws InputError at a run, as `compile` does
 */
export async function compileStep(loss: LossFunction, parameters: NamedTensors, options: StepOptions): Promise<CompiledStep> {
  const layout = layoutOf(parameters);
  const state = await open(layout, parameters, options);
  const stepping: Stepping = { loss, layout, state, options };
  const [programs, update, accumulate] = [gradientPrograms(stepping), updateProgram(stepping), sumProgram(stepping)];
  const { optimiser, averageDecay } = options;
  let updates = 0;
  return {
    async run(batch, { kind = 'plain', rate = optimiser.rate } = {}) {
      const parts = Array.isArray(batch) ? (batch as readonly NamedTensors[]) : [batch as NamedTensors];
      const seen: Record<string, number>[] = [];
      for (const [index, part] of parts.entries()) {
        seen.push(numbersOf(await programs.of(kind)(part)));
        await (index === 0 ? state.move(GRADIENT, SUM) : accumulate({}));
      }
      await update({ ...optimiser.scalars(updates + 1, rate), share: 1 / parts.length, ...(averageDecay === undefined ? {} : { decay: averageDecay(updates + 1) }) });
      updates += 1;
      return outcomeOf(seen);
    },
    read: () => readState(stepping, updates),
    async write(next) {
      const vectors = vectorsOf(stepping, next);
      await state.write(vectors);
      ({ updates } = next);
      for (const tensor of Object.values(vectors)) tensor.dispose();
    },
    get graphs() {
      return programs.all().flatMap((program) => program.graphs);
    },
    async release() {
      for (const program of [...programs.all(), update, accumulate]) await program.release();
      await state.release();
    },
  };
}
