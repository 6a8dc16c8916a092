/** A whole but tiny training setup: 16 pixels, a linear identity network, squared differences as perception. */
import { registerSecondOrderGradients } from '@mfim/nn';
import * as tf from '@tensorflow/tfjs-core';
import { checkConfig } from '../src/config/read-config.ts';
import type { TrainingConfig } from '../src/config/training-config.ts';
import { createModel } from '../src/model/swap-model.ts';
import type { LossNetworks } from '../src/training/loss-networks.ts';
import { PLAIN_VIEW } from '../src/training/identity-view.ts';
import type { StepInputs } from '../src/training/swap-objective.ts';
import type { StepContext } from '../src/training/training-step.ts';

export const SIZE = 16;

export function smallConfig(objective: Partial<TrainingConfig['objective']> = {}): TrainingConfig {
  return checkConfig(
    {
      name: 'small',
      seed: 3,
      dataset: 'none',
      sourceOnly: [],
      weights: { mobileFaceNet: 'none', squeezeNet: 'none', lpips: 'none' },
      engine: 'cpu',
      generator: { resolution: SIZE, channels: { base: 64, maximum: 8 } },
      encoder: {
        inputResolution: SIZE,
        stemWidth: 4,
        stages: [{ units: 1, width: 6 }, { units: 1, width: 8 }],
        pyramidWidth: 6,
        levels: [{ resolution: 4, codesUpTo: 4 }, { resolution: 8, codesUpTo: 16 }],
        codeWidth: 8,
        mapWidth: 4,
        mapResolutions: [4, 8],
      },
      discriminator: { channels: { base: 64, maximum: 8 } },
      split: { targetUpTo: 4 },
      identityWidth: 5,
      batch: 2,
      parts: 1,
      initialise: {},
      frozen: [],
      sameShare: 0.5,
      sourceJitter: 0,
      objective: {
        lossResolution: 256, l1: 1, lpips: 1, faceL1: 0, faceLpips: 0, faceCrop: { left: 0.25, top: 0.25, side: 0.5 }, otherIdentity: 1, identity: 1, identityFrom: 0, identityInterval: 1, identityScales: { smallest: 1, largest: 1 }, identityProbe: 1, codeSpread: 0, codeSpreadTarget: 0.4, probeOnlyUntil: 0,
        shape: 0, pose: 0, expression: 0, adversarial: 0.1, adversarialFrom: 0, r1Gamma: 1, r1Interval: 2, ...objective,
      },
      optimiser: { generatorRate: 0.01, encoderRate: 0.01, discriminatorRate: 0.01, warmup: 0, beta1: 0, beta2: 0.99, averageHalfLifeKimg: 1 },
      steps: 10, logEvery: 1, snapshotEvery: 5, saveEvery: 5, keep: 2,
    },
    'small config',
  );
}

export function smallNetworks(): LossNetworks {
  const matrix = tf.randomNormal([SIZE * SIZE * 3, 5], 0, 1, 'float32', 4) as tf.Tensor2D;
  return {
    embed(image) {
      const rows = tf.matMul(tf.reshape(image, [image.shape[0] as number, -1]) as tf.Tensor2D, matrix);
      return tf.div(rows, tf.norm(rows, 'euclidean', 1, true));
    },
    perceptual: (first, second) => tf.mean(tf.squaredDifference(first, second), [1, 2, 3]),
  };
}

export function smallContext(config: TrainingConfig): { context: StepContext; weights: ReturnType<typeof createModel>['weights']; inputs: StepInputs } {
  registerSecondOrderGradients();
  const { model, weights } = createModel(config);
  const networks = smallNetworks();
  const target = tf.randomUniform([config.batch, SIZE, SIZE, 3], -1, 1, 'float32', 5);
  const source = tf.concat([tf.slice(target, 0, 1), tf.randomUniform([config.batch - 1, SIZE, SIZE, 3], -1, 1, 'float32', 6)]);
  const inputs = { target, source, wanted: target, view: PLAIN_VIEW, sourceIdentity: networks.embed(source), same: tf.tensor2d([1, 0], [2, 1]) };
  return { context: { config, model, networks }, weights, inputs };
}
