/** What a step of MFIM training needs: of a run that is about to start, and of a config without dataset and weights. */
import { countMemory } from '@mfim/tfjs-onnx';
import type { MemoryCount } from '@mfim/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import type { TrainingConfig } from '../config/training-config.ts';
import { createModel } from '../model/swap-model.ts';
import { fullStep } from '../training/full-step.ts';
import type { LossNetworks } from '../training/loss-networks.ts';
import { rateScale } from '../training/rate-scale.ts';
import type { StepInputs } from '../training/swap-objective.ts';
import { startState } from '../training/training-state.ts';
import type { TrainingState } from '../training/training-state.ts';
import { STEP_PHASES, trainingStep } from '../training/training-step.ts';
import type { StepContext } from '../training/step-gradients.ts';
import { countStep, emptied } from './count-step.ts';

/** The parts of a batch, all zero, as a step is given them. */
function emptyInputs({ batch, parts, generator, identityWidth, composite, objective }: TrainingConfig): StepInputs[] {
  const [slots, size] = [batch / parts, generator.resolution];
  const image = (): tf.Tensor => tf.fill([slots, size, size, 3], 0);
  return Array.from({ length: parts }, () => {
    const target = image();
    return {
      target,
      source: image(),
      wanted: composite === undefined ? tf.clone(target) : image(),
      view: { scale: objective.identityScales.smallest, mirrored: true },
      sourceIdentity: tf.fill([slots, identityWidth], 0),
      same: tf.fill([slots, 1], 0),
    };
  });
}

/** Of a run. @param state gives the shapes */
export function countTrainingStep(context: StepContext, state: TrainingState): MemoryCount {
  const { config } = context;
  return countStep({ ...state, step: fullStep(config) }, (empty) => trainingStep(context, empty, emptyInputs(config)));
}

/** Of a config alone; nothing of it is allocated. */
export function countTrainingConfig(config: TrainingConfig, networks: LossNetworks): MemoryCount {
  return countMemory(() => {
    const { model, weights } = createModel(config, (count) => new Float32Array(count));
    const start = startState(weights);
    const state = emptied({ ...start, step: fullStep(config) });
    tf.dispose(start as never);
    trainingStep({ config, model, networks, rateScale: rateScale(model, config) }, state, emptyInputs(config));
  }, STEP_PHASES);
}
