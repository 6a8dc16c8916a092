/** Pretraining as a stage of the run loop: what it starts from, steps through, saves and shows. */
import { InputError } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import { countStep } from '../memory/count-step.ts';
import type { Stage } from '../run/stage.ts';
import { imagesFrom } from '../training/training-set.ts';
import type { TrainingSet } from '../training/training-set.ts';
import { drawsOfPart, rowsOfPart, takeRows } from './batch-parts.ts';
import { drawPretraining, pretrainingInputs, pretrainingPlans } from './draw-pretraining.ts';
import type { PretrainingPlan } from './draw-pretraining.ts';
import type { GeneratorDistance } from './generator-distance.ts';
import { packPretraining, restorePretrainingModel, unpackPretraining } from './pack-pretraining.ts';
import type { PretrainingConfig } from './pretraining-config.ts';
import { createPretrainingModel } from './pretraining-model.ts';
import type { PretrainingModel } from './pretraining-model.ts';
import { startPretraining } from './pretraining-state.ts';
import type { PretrainingState } from './pretraining-state.ts';
import { pretrainingStep } from './pretraining-step.ts';
import type { PretrainingInputs } from './pretraining-step.ts';
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

interface Stepping {
  readonly config: PretrainingConfig;
  readonly model: PretrainingModel;
}

function inputsOf({ config, model }: Stepping, { step, augmentation }: PretrainingState, { plan, pixels }: LoadedPlan): readonly PretrainingInputs[] {
  const draws = drawPretraining(plan.seed, { config, table: model.table }, { step, probability: augmentation.probability });
  return Array.from({ length: config.parts }, (_, part) => {
    const rows = rowsOfPart(config, part);
    const mirrored = rows.map((row) => plan.photos.mirrored[row] === true);
    return pretrainingInputs(imagesFrom(takeRows(pixels, config.batch, rows), config.generator.resolution, mirrored), drawsOfPart(draws, config, part));
  });
}

function stepOnce(stepping: Stepping, state: PretrainingState, batch: LoadedPlan) {
  const parts = inputsOf(stepping, state, batch);
  try {
    return pretrainingStep(stepping, state, parts);
  } finally {
    tf.dispose(parts as never);
  }
}

/**
 * Opens the stage. With a distance, its negative is the score by which the best checkpoint is kept. Call `registerSecondOrderGradients` of @mfim/nn once before its first step.
 *
 * @throws InputError when the dataset's images are not of the generator's size
 */
export function pretrainingStage(config: PretrainingConfig, data: TrainingSet, distance?: GeneratorDistance): PretrainingStage {
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
    // Step 0 has every regulariser in it.
    memory: (state, batch) => countStep({ ...state, step: 0 }, (empty) => stepOnce({ config, model }, empty, batch)),
    snapshot: async (state) => {
      const png = await sampleSheet(model, { ...config.samples, flat: state.average, mean: state.latentMean, seed: config.seed });
      const measured = await distance?.(model, state.average);
      return measured === undefined ? { png, measures: {} } : { png, measures: { kernelDistance: measured }, score: -measured };
    },
  };
}
