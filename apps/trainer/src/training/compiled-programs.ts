/**
 * The graphs of a compiled training step, each compiled when a step first needs it: gradients of the swapper (one graph for each
 * kind of step, see `objectiveKind`) and of the discriminator, R1's, the sums over the parts of a batch, the optimisers' updates.
 */
import { adam, compileItemwise, compileWithState } from '@mfim/tfjs-onnx';
import type { InputSpecs, ItemwiseProgram, SessionState, StateProgram } from '@mfim/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { averageTowards } from './average-weights.ts';
import { penaltyGradient, swapperGradient, verdictGradient } from './step-gradients.ts';
import type { PartGradient, StepContext } from './step-gradients.ts';
import { objectiveKind } from './swap-objective.ts';
import type { StepInputs } from './swap-objective.ts';

/** What is trained. */
export type Network = 'swapper' | 'discriminator';

/** Tensors by name. */
export type NamedTensors = Readonly<Record<string, tf.Tensor>>;

/** Names in the state: a network's vectors beside its parameters, which have the network's own name. */
export const slot = (network: Network, what: 'gradient' | 'sum' | 'first' | 'second'): string => `${network}.${what}`;
/** The averaged swapper, the factors on its rates, and the faces that were drawn. */
export const AVERAGE = 'average';
export const RATE_SCALE = 'rate scale';
export const SWAPPED = 'swapped';

/** The graphs. */
export interface CompiledPrograms {
  /** Gradient of the swapper; leaves the drawn faces in the state where the discriminator plays. */
  swapper(inputs: StepInputs, step: number): Promise<NamedTensors>;
  /** Gradient of the discriminator's verdicts over drawn and true faces. */
  verdicts(inputs: StepInputs): Promise<NamedTensors>;
  /** Gradient of R1. */
  penalty(inputs: StepInputs): Promise<NamedTensors>;
  readonly sum: Readonly<Record<Network, ItemwiseProgram>>;
  readonly update: Readonly<Record<Network, ItemwiseProgram>>;
}

/** The inputs of a graph, without what is no tensor. */
function tensorsOf(inputs: StepInputs): NamedTensors {
  const { view: _, framing, ...tensors } = inputs;
  return framing === undefined ? tensors : { ...tensors, rows: framing.rows, columns: framing.columns };
}

/** The inputs again, in a graph. */
function inputsFrom({ rows, columns, ...tensors }: Record<string, tf.Tensor>, { view }: StepInputs): StepInputs {
  const framing = rows === undefined || columns === undefined ? {} : { framing: { rows, columns } };
  return { ...(tensors as unknown as Omit<StepInputs, 'view'>), view, ...framing };
}

const specsOf = (tensors: NamedTensors): InputSpecs => Object.fromEntries(Object.entries(tensors).map(([name, { shape }]) => [name, { shape }]));

function gradientResult(network: Network, { gradient, terms }: PartGradient) {
  return { state: { [slot(network, 'gradient')]: gradient }, outputs: terms };
}

/** A view that is not given as matrices is a constant of the graph. */
function kindOf({ config }: StepContext, { view, framing }: StepInputs, step: number): string {
  const seen = framing === undefined && config.objective.identity > 0 ? `, view ${view.scale}${view.mirrored ? ' mirrored' : ''}` : '';
  return `${objectiveKind(config, step)}${seen}`;
}

function swapperPrograms(context: StepContext, state: SessionState): CompiledPrograms['swapper'] {
  const kinds = new Map<string, StateProgram>();
  return (inputs, step) => {
    const kind = kindOf(context, inputs, step);
    const known = kinds.get(kind);
    if (known !== undefined) return known(tensorsOf(inputs));
    const program = compileWithState(state, {
      name: `swapper's gradient (${kind})`,
      inputs: specsOf(tensorsOf(inputs)),
      fn({ swapper, discriminator }, tensors) {
        const point = { flat: swapper as tf.Tensor, discriminator: discriminator as tf.Tensor, inputs: inputsFrom(tensors, inputs), step };
        const { swapped, ...found } = swapperGradient(context, point);
        const result = gradientResult('swapper', found);
        return found.terms['adversarial'] === undefined ? result : { ...result, state: { ...result.state, [SWAPPED]: swapped } };
      },
    });
    kinds.set(kind, program);
    return program(tensorsOf(inputs));
  };
}

type CriticGradient = (flat: tf.Tensor, images: { readonly fake: tf.Tensor; readonly real: tf.Tensor }) => PartGradient;

function criticProgram(state: SessionState, name: string, gradient: CriticGradient): (inputs: StepInputs) => Promise<NamedTensors> {
  let program: StateProgram | undefined;
  return ({ target }) => {
    program ??= compileWithState(state, {
      name,
      inputs: specsOf({ target }),
      fn: ({ discriminator, [SWAPPED]: fake }, { target: real }) =>
        gradientResult('discriminator', gradient(discriminator as tf.Tensor, { fake: fake as tf.Tensor, real: real as tf.Tensor })),
    });
    return program({ target });
  };
}

function sumProgram(state: SessionState, network: Network): ItemwiseProgram {
  return compileItemwise(state, {
    name: `${network}: sum of gradients`,
    fn: ({ sum, gradient }) => ({ sum: tf.add(sum as tf.Tensor, gradient as tf.Tensor) }),
    vectors: { sum: slot(network, 'sum'), gradient: slot(network, 'gradient') },
    scalars: [],
  });
}

function updateProgram({ config, rateScale }: StepContext, state: SessionState, network: Network): ItemwiseProgram {
  const { beta1, beta2 } = config.optimiser;
  const optimiser = adam({ rate: 0, beta1, beta2 });
  const isSwapper = network === 'swapper';
  const vectors = { parameter: network, gradient: slot(network, 'sum'), first: slot(network, 'first'), second: slot(network, 'second') };
  return compileItemwise(state, {
    name: `${network}: optimiser`,
    vectors: { ...vectors, ...(isSwapper ? { average: AVERAGE } : {}), ...(isSwapper && rateScale !== undefined ? { rateScale: RATE_SCALE } : {}) },
    scalars: ['step', 'floor', 'share', ...(isSwapper ? ['decay'] : [])],
    fn({ parameter, gradient, first, second, average, rateScale: scale }, scalars) {
      const mean = tf.mul(gradient as tf.Tensor, scalars['share'] as tf.Tensor);
      const next = optimiser.apply({ parameter: parameter as tf.Tensor, gradient: mean, slots: { first: first as tf.Tensor, second: second as tf.Tensor }, scalars, rateScale: scale });
      const common = { parameter: next.parameter, ...next.slots };
      return average === undefined ? common : { ...common, average: averageTowards(average, next.parameter, scalars['decay'] as tf.Tensor) };
    },
  });
}

function both<Program>(make: (network: Network) => Program): Readonly<Record<Network, Program>> {
  return { swapper: make('swapper'), discriminator: make('discriminator') };
}

/** The graphs over a state that has the names above. */
export function compiledPrograms(context: StepContext, state: SessionState): CompiledPrograms {
  return {
    swapper: swapperPrograms(context, state),
    verdicts: criticProgram(state, "discriminator's gradient", (flat, images) => verdictGradient(context, flat, images)),
    penalty: criticProgram(state, "R1's gradient", (flat, { real }) => penaltyGradient(context, flat, real)),
    sum: both((network) => sumProgram(state, network)),
    update: both((network) => updateProgram(context, state, network)),
  };
}
