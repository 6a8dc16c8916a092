/** A whole but tiny pretraining setup: 8 or 16 pixels, random photos. */
import { readFileSync } from 'node:fs';
import { registerSecondOrderGradients } from '@mfim/nn';
import * as tf from '@tensorflow/tfjs-core';
import { parse } from 'yaml';
import { drawPretraining, pretrainingInputs, pretrainingPlans } from '../src/pretraining/draw-pretraining.ts';
import type { PretrainingPlan } from '../src/pretraining/draw-pretraining.ts';
import { PRETRAINING_SCHEMA } from '../src/pretraining/pretraining-config.ts';
import type { PretrainingConfig } from '../src/pretraining/pretraining-config.ts';
import { createPretrainingModel } from '../src/pretraining/pretraining-model.ts';
import { startPretraining } from '../src/pretraining/pretraining-state.ts';
import type { PretrainingState } from '../src/pretraining/pretraining-state.ts';
import { pretrainingStep } from '../src/pretraining/pretraining-step.ts';
import type { PretrainingContext, PretrainingInputs } from '../src/pretraining/pretraining-step.ts';
import type { PlanStream, StepTerms } from '../src/run/stage.ts';

const EXAMPLE = new URL('../configs/pretrain-64.yaml', import.meta.url);

/** Changes to the small config, section by section. */
export interface SmallChanges {
  readonly size?: number;
  readonly batch?: number;
  readonly parts?: number;
  readonly noise?: PretrainingConfig['generator']['noise'];
  readonly objective?: Partial<PretrainingConfig['objective']>;
  readonly augmentation?: Partial<PretrainingConfig['augmentation']>;
  readonly optimiser?: Partial<PretrainingConfig['optimiser']>;
}

/** The committed config, as a document that a test may change. */
export function exampleDocument(): Record<string, unknown> {
  return parse(readFileSync(EXAMPLE, 'utf8')) as Record<string, unknown>;
}

export function smallPretraining({ size = 8, noise = 'fresh', batch = 4, parts = 1, objective, augmentation, optimiser }: SmallChanges = {}): PretrainingConfig {
  const example = PRETRAINING_SCHEMA.parse(exampleDocument());
  const channels = { base: 64, maximum: 6 };
  return {
    ...example,
    engine: 'cpu',
    generator: { resolution: size, channels, mapping: { layers: 2, width: 5 }, noise },
    discriminator: { channels },
    batch,
    parts,
    objective: { ...example.objective, r1Gamma: 0.1, r1Interval: 2, pathLengthInterval: 2, ...objective },
    augmentation: { ...example.augmentation, ...augmentation },
    optimiser: { ...example.optimiser, ...optimiser },
    samples: { rows: 2, columns: 2, truncation: 0.7 },
    score: undefined,
  };
}

/** A run that can be stepped. */
export interface SmallPretraining {
  readonly context: PretrainingContext;
  readonly photos: tf.Tensor;
  readonly plans: PlanStream<PretrainingPlan>;
}

/** Plans of a small run, from its seed or from an earlier stream. */
export function smallPlans(config: PretrainingConfig, count: number, start?: readonly number[]): PlanStream<PretrainingPlan> {
  return pretrainingPlans(config, Array.from({ length: count }, (_, index) => index), start ?? config.seed);
}

export function openSmall(config: PretrainingConfig, photos?: tf.Tensor): { readonly run: SmallPretraining; readonly state: PretrainingState } {
  registerSecondOrderGradients();
  const { model, weights } = createPretrainingModel(config);
  const size = config.generator.resolution;
  const own = photos ?? tf.randomUniform([8, size, size, 3], -1, 1, 'float32', 5);
  const plans = smallPlans(config, own.shape[0] as number);
  return { run: { context: { config, model }, photos: own, plans }, state: startPretraining(config, weights) };
}

/** Draws a step's inputs from the run's stream. */
export function smallInputs({ context, photos, plans }: SmallPretraining, state: PretrainingState): PretrainingInputs {
  const plan = plans.next();
  const moment = { step: state.step, probability: state.augmentation.probability };
  const draws = drawPretraining(plan.seed, { config: context.config, table: context.model.table }, moment);
  return pretrainingInputs(tf.tidy(() => tf.gather(photos, plan.photos.indices.slice())), draws);
}

export function takeSteps(run: SmallPretraining, start: PretrainingState, count: number): { readonly state: PretrainingState; readonly terms: readonly StepTerms[] } {
  let state = start;
  const terms: StepTerms[] = [];
  for (let step = 0; step < count; step += 1) {
    const inputs = smallInputs(run, state);
    const result = pretrainingStep(run.context, state, [inputs]);
    tf.dispose(inputs as never);
    state = result.state;
    terms.push(result.terms);
  }
  return { state, terms };
}
