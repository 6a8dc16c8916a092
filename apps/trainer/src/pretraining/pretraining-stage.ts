/** Pretraining as a stage of the run loop: what it starts from, steps through, saves and shows. */
import { InputError } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import type { Stage } from '../run/stage.ts';
import { imagesFrom } from '../training/training-set.ts';
import type { TrainingSet } from '../training/training-set.ts';
import { drawPretraining, pretrainingInputs, pretrainingPlans } from './draw-pretraining.ts';
import type { PretrainingPlan } from './draw-pretraining.ts';
import { packPretraining, restorePretrainingModel, unpackPretraining } from './pack-pretraining.ts';
import type { PretrainingConfig } from './pretraining-config.ts';
import { createPretrainingModel } from './pretraining-model.ts';
import type { PretrainingModel } from './pretraining-model.ts';
import { startPretraining } from './pretraining-state.ts';
import type { PretrainingState } from './pretraining-state.ts';
import { pretrainingStep } from './pretraining-step.ts';
import { sampleSheet } from './sample-sheet.ts';

/** A plan with its photos, bytes [batch, size, size, 3]. */
export interface LoadedPlan {
  readonly plan: PretrainingPlan;
  readonly pixels: Uint8Array;
}

/** The stage `pretrain`. */
export type PretrainingStage = Stage<PretrainingState, PretrainingPlan, LoadedPlan>;

function checkSize({ generator }: PretrainingConfig, { dataset }: TrainingSet): void {
  const { size } = dataset;
  if (size === generator.resolution) return;
  throw new InputError({
    where: 'generator.resolution',
    expected: `${size}, the size of the dataset's images`,
    got: String(generator.resolution),
    remedy: 'prepare the dataset at this size, or change the resolution',
  });
}

function stepOnce(context: { readonly config: PretrainingConfig; readonly model: PretrainingModel }, state: PretrainingState, { plan, pixels }: LoadedPlan) {
  const { config, model } = context;
  const real = imagesFrom(pixels, config.generator.resolution, plan.photos.mirrored);
  const moment = { step: state.step, probability: state.augmentation.probability };
  const inputs = pretrainingInputs(real, drawPretraining(plan.seed, { config, table: model.table }, moment));
  try {
    return pretrainingStep(context, state, inputs);
  } finally {
    tf.dispose(inputs as never);
  }
}

/**
 * Opens the stage. Call `registerSecondOrderGradients` of @mfim/nn once before its first step.
 *
 * @throws InputError when the dataset's images are not of the generator's size
 */
export function pretrainingStage(config: PretrainingConfig, data: TrainingSet): PretrainingStage {
  checkSize(config, data);
  const created = createPretrainingModel(config);
  let { model } = created;
  return {
    kind: 'pretrain',
    pace: config,
    config,
    parameterCounts: { generator: model.generator.layout.total, discriminator: model.discriminator.layout.total },
    start: () => startPretraining(config, created.weights),
    restore(stored) {
      tf.dispose(created.weights as never);
      model = restorePretrainingModel(model, stored.tensors);
      return unpackPretraining(model, stored);
    },
    pack: (state) => packPretraining(model, state),
    plans: (from) => pretrainingPlans(config, data.training, from ?? config.seed),
    load: async (plan) => ({ plan, pixels: await data.dataset.read(plan.photos.indices) }),
    step: (state, batch) => stepOnce({ config, model }, state, batch),
    snapshot: async (state) => ({
      png: await sampleSheet(model, { ...config.samples, flat: state.average, mean: state.latentMean, seed: config.seed }),
      measures: {},
    }),
  };
}
