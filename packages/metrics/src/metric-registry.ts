/**
 * Every metric by name. To add one: its own file, one entry here, one test.
 */
import { InputError } from '@mfim/tensor-contracts';
import type { IdentityEmbedder, Metric } from '@mfim/tensor-contracts';
import type { LpipsParameters } from '@mfim/nn';
import type * as tf from '@tensorflow/tfjs-core';
import type { CoefficientJudge } from './coefficient-judge.ts';
import { coefficientMetric } from './coefficient-metric.ts';
import { identityCosine } from './identity-cosine.ts';
import { meanAbsoluteError } from './mean-absolute-error.ts';
import { peakSignalToNoise } from './peak-signal-to-noise.ts';
import { perceptualDistance } from './perceptual-distance.ts';
import { structuralSimilarity } from './structural-similarity.ts';

/** The networks that metrics may need; an app loads those that it has. */
export interface MetricNetworks {
  readonly embedder?: IdentityEmbedder<tf.Tensor>;
  readonly lpips?: LpipsParameters;
  /** `coefficientJudge(regressor)`. */
  readonly coefficients?: CoefficientJudge;
}

/** One line of the registry. */
export interface MetricEntry {
  readonly description: string;
  readonly better: Metric<tf.Tensor>['better'];
  /** With whom the swapped face is compared. */
  readonly compared: 'source' | 'target';
  /** The network that it needs, if any. */
  readonly needs?: keyof MetricNetworks;
  create(networks: MetricNetworks): Metric<tf.Tensor>;
}

function needed<Name extends keyof MetricNetworks>(networks: MetricNetworks, name: Name): Required<MetricNetworks>[Name] {
  const network = networks[name];
  if (network !== undefined) return network as Required<MetricNetworks>[Name];
  throw new InputError({ where: 'metricNamed', expected: `a network '${name}'`, got: 'none', remedy: `pass { ${name} }` });
}

/** The registry, in the order of reports. */
export const METRICS = {
  identity: {
    description: 'cosine of identity embeddings',
    better: 'higher',
    compared: 'source',
    needs: 'embedder',
    create: (networks) => identityCosine(needed(networks, 'embedder')),
  },
  shape: {
    description: 'L2 distance of 3DMM shape coefficients',
    better: 'lower',
    compared: 'source',
    needs: 'coefficients',
    create: (networks) => coefficientMetric(needed(networks, 'coefficients'), 'shape'),
  },
  pose: {
    description: 'L2 distance of 3DMM pose coefficients',
    better: 'lower',
    compared: 'target',
    needs: 'coefficients',
    create: (networks) => coefficientMetric(needed(networks, 'coefficients'), 'pose'),
  },
  expression: {
    description: 'L2 distance of 3DMM expression coefficients',
    better: 'lower',
    compared: 'target',
    needs: 'coefficients',
    create: (networks) => coefficientMetric(needed(networks, 'coefficients'), 'expression'),
  },
  l1: {
    description: 'mean absolute difference of values in [-1, 1]',
    better: 'lower',
    compared: 'target',
    create: () => meanAbsoluteError,
  },
  psnr: {
    description: 'peak signal-to-noise ratio in decibels',
    better: 'higher',
    compared: 'target',
    create: () => peakSignalToNoise,
  },
  ssim: {
    description: 'structural similarity, Gaussian window',
    better: 'higher',
    compared: 'target',
    create: () => structuralSimilarity,
  },
  lpips: {
    description: 'LPIPS 0.1, SqueezeNet',
    better: 'lower',
    compared: 'target',
    needs: 'lpips',
    create: (networks) => perceptualDistance(needed(networks, 'lpips')),
  },
} as const satisfies Readonly<Record<string, MetricEntry>>;

/** A name of the registry. */
export type MetricName = keyof typeof METRICS;

/**
 * A metric of the registry.
 *
 * @throws InputError when there is no such name, or its network is missing.
 */
export function metricNamed(name: string, networks: MetricNetworks = {}): Metric<tf.Tensor> {
  if (Object.hasOwn(METRICS, name)) return METRICS[name as MetricName].create(networks);
  const known = Object.keys(METRICS).join(', ');
  throw new InputError({ where: 'metricNamed', expected: `one of ${known}`, got: name, remedy: 'choose one of these' });
}
