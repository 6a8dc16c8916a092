/** A tiny config with every term that the bench compares: 32 pixels, a batch of two, all lazy intervals at work. */
import { checkConfig } from '../src/config/read-config.ts';
import type { TrainingConfig } from '../src/config/training-config.ts';
import { smallConfig } from './small-run.ts';

export function tinyBenchConfig(changes: Partial<TrainingConfig> = {}): TrainingConfig {
  // Random embeddings of two images are much alike: the weight makes up for it, so that no term drowns in the others.
  const small = smallConfig({ otherIdentity: 0.5, identity: 300, identityInterval: 2, identityProbe: 0.5, adversarial: 0.5 });
  return checkConfig(
    {
      ...small,
      name: 'tiny-bench',
      weights: { ...small.weights, threeDdfa: 'none' },
      generator: { resolution: 32, channels: { base: 192, maximum: 6 } },
      encoder: {
        ...small.encoder,
        inputResolution: 32,
        stages: [{ units: 1, width: 4 }, { units: 1, width: 6 }, { units: 1, width: 8 }],
        levels: [{ resolution: 4, codesUpTo: 4 }, { resolution: 8, codesUpTo: 8 }, { resolution: 16, codesUpTo: 32 }],
        mapResolutions: [8, 16],
        normaliseCodes: true,
      },
      split: { targetUpTo: 8 },
      identityWidth: 128,
      sourceJitter: 0.1,
      objective: { ...small.objective, shape: 0.5, pose: 0.5, expression: 0.5 },
      optimiser: { ...small.optimiser, generatorRate: 0.002, encoderRate: 0.0005, beta1: 0.5 },
      ...changes,
    },
    'tiny bench config',
  );
}
