/**
 * One training step: the swapper (encoder + generator) against its objective; then the discriminator
 * against the same swapped faces, with lazy R1: every `r1Interval` steps, multiplied by it, in the same
 * update. The batch may come in parts, whose gradients are averaged (gradient accumulation). Each network's
 * gradient is one flat vector, which `allReduceMean` averages over processes before the update.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { StepTerms } from '../run/stage.ts';
import { adamUpdate } from './adam.ts';
import type { AdamRates, AdamState } from './adam.ts';
import { averageWeights } from './average-weights.ts';
import { averageSettings, isPenaltyStep, penaltyGradient, ratesAt, swapperGradient, verdictGradient } from './step-gradients.ts';
import type { PartGradient, StepContext } from './step-gradients.ts';
import { isAdversarialStep } from './swap-objective.ts';
import type { StepInputs } from './swap-objective.ts';
import type { TrainingState } from './training-state.ts';

export type { StepContext } from './step-gradients.ts';

/** The passes of a step, as names of `tf.tidy` scopes. */
export const STEP_PHASES = ['swapper', 'discriminator', 'r1', 'optimiser'] as const;
/** One of them. */
export type StepPhase = (typeof STEP_PHASES)[number];

/** `tf.tidy` keeps the tensors of what it returns, though its types know only plain containers. */
function inPhase<Result>(phase: StepPhase | 'step', run: () => Result): Result {
  return tf.tidy(phase, run as never) as Result;
}

/** A flat vector with its optimiser. */
interface Trained {
  readonly parameters: tf.Tensor;
  readonly state: AdamState;
}

function numbersOf(terms: Readonly<Record<string, tf.Tensor>>): Record<string, number> {
  return Object.fromEntries(Object.entries(terms).map(([name, term]) => [name, term.dataSync()[0] as number]));
}

/** Means over the parts; every part is freed before the next is computed. */
function averageOfParts(context: StepContext, count: number, gradientOf: (part: number) => PartGradient): { readonly gradient: tf.Tensor; readonly terms: StepTerms } {
  let sum: tf.Tensor | undefined;
  const totals: Record<string, number> = {};
  for (let part = 0; part < count; part += 1) {
    const before = sum;
    sum = tf.tidy(() => {
      const { gradient, terms } = gradientOf(part);
      for (const [name, value] of Object.entries(numbersOf(terms))) totals[name] = (totals[name] ?? 0) + value / count;
      return before === undefined ? gradient : tf.add(before, gradient);
    });
    before?.dispose();
  }
  const mean = count === 1 ? (sum as tf.Tensor) : tf.div(sum as tf.Tensor, count);
  if (count > 1) sum?.dispose();
  return { gradient: context.allReduceMean === undefined ? mean : context.allReduceMean(mean), terms: totals };
}

/** The network after the update; its old tensors and the gradient are disposed. */
function optimised(trained: Trained, gradient: tf.Tensor, rates: AdamRates): Trained {
  const { parameters, state } = inPhase('optimiser', () => adamUpdate(trained, gradient, rates));
  tf.dispose([gradient, trained.parameters, trained.state.first, trained.state.second]);
  return { parameters, state };
}

function updateSwapper(context: StepContext, state: TrainingState, parts: readonly StepInputs[]) {
  const { swapper, discriminator } = state.weights;
  const swapped: tf.Tensor[] = [];
  const { gradient, terms } = averageOfParts(context, parts.length, (part) => {
    const point = { flat: swapper, discriminator, inputs: parts[part] as StepInputs, step: state.step };
    const found = inPhase('swapper', () => swapperGradient(context, point));
    swapped.push(tf.keep(found.swapped));
    return found;
  });
  const rates = { ...ratesAt(context.config, state.swapperAdam.updates, context.config.optimiser.generatorRate), scale: context.rateScale };
  return { updated: optimised({ parameters: swapper, state: state.swapperAdam }, gradient, rates), terms, swapped };
}

/** R1 is differentiated on its own: its memory and that of the verdicts are not needed at one time. */
function discriminatorGradient(context: StepContext, state: TrainingState, images: { readonly fake: tf.Tensor; readonly real: tf.Tensor }): PartGradient {
  const flat = state.weights.discriminator;
  const verdicts = inPhase('discriminator', () => verdictGradient(context, flat, images));
  if (!isPenaltyStep(context.config, state.step)) return verdicts;
  const penalty = inPhase('r1', () => penaltyGradient(context, flat, images.real));
  return { gradient: tf.add(verdicts.gradient, penalty.gradient), terms: { ...verdicts.terms, ...penalty.terms } };
}

function updateDiscriminator(context: StepContext, state: TrainingState, images: { readonly fake: readonly tf.Tensor[]; readonly parts: readonly StepInputs[] }) {
  const { gradient, terms } = averageOfParts(context, images.parts.length, (part) =>
    discriminatorGradient(context, state, { fake: images.fake[part] as tf.Tensor, real: (images.parts[part] as StepInputs).target }),
  );
  const rates = ratesAt(context.config, state.discriminatorAdam.updates, context.config.optimiser.discriminatorRate);
  return { updated: optimised({ parameters: state.weights.discriminator, state: state.discriminatorAdam }, gradient, rates), terms };
}

function updateAverage({ config }: StepContext, { average, step }: TrainingState, swapper: tf.Tensor): tf.Tensor {
  const next = averageWeights(average, swapper, averageSettings(config, step));
  average.dispose();
  return next;
}

/**
 * Takes one step.
 *
 * @param parts the batch, whole or in equal parts
 * @returns the next state, and the terms as numbers. The old state's tensors are disposed as soon as they are replaced, and are of no use after an error
 */
export function trainingStep(context: StepContext, state: TrainingState, parts: readonly StepInputs[]): { readonly state: TrainingState; readonly terms: StepTerms } {
  return inPhase('step', () => {
    const generator = updateSwapper(context, state, parts);
    const average = updateAverage(context, state, generator.updated.parameters);
    const critic = isAdversarialStep(context.config, state.step) ? updateDiscriminator(context, state, { fake: generator.swapped, parts }) : undefined;
    tf.dispose(generator.swapped);
    const { parameters: discriminator, state: discriminatorAdam } = critic?.updated ?? { parameters: state.weights.discriminator, state: state.discriminatorAdam };
    const { parameters: swapper, state: swapperAdam } = generator.updated;
    return {
      state: { step: state.step + 1, weights: { swapper, discriminator }, average, swapperAdam, discriminatorAdam },
      terms: { ...generator.terms, ...critic?.terms },
    };
  });
}
