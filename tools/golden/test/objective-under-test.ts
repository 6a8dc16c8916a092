/** The networks of the recipe `objective`, in our packages: swap, judges, terms. */
import { mapKeys } from '@mfim/checkpoints';
import type { KeyPair } from '@mfim/checkpoints';
import { codesFrom, encoderSpec, latentMaps, styleMapsFrom } from '@mfim/encoder';
import type { EncoderParameters } from '@mfim/encoder';
import {
  adversarialGeneratorLoss,
  coefficientNetworkParameters,
  identityLoss,
  l1Loss,
  lossTerm,
  lpipsLoss,
  threeDdfaRegressor,
  threeDimensionalLosses,
  weightedTotal,
} from '@mfim/losses-3dmm';
import type { LossTerm, WeightedTotal } from '@mfim/losses-3dmm';
import {
  SQUEEZE_NET_WIDTHS,
  fillParameters,
  flattenSpecs,
  mobileFaceNetEmbedder,
  mobileFaceNetParameters,
  squeezeNetParameters,
} from '@mfim/nn';
import type { ParametersOf, SpecTree, WeightState } from '@mfim/nn';
import { NVIDIA_GENERATOR_KEYS, discriminate, discriminatorSpec, nvidiaDiscriminatorKeys, synthesisSpec, synthesize } from '@mfim/stylegan';
import type { SynthesisParameters } from '@mfim/stylegan';
import { sideOf, styleTable } from '@mfim/tensor-contracts';
import type { HostTensor, LossInputs, StyleEntry } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import { fromTorch, parameterRole, readGoldenFile } from '../src/index.ts';
import { encoderConfigOf, inOurLayout, sizesOf, zeros } from './network-under-test.ts';

export const file = readGoldenFile('objective');
const { resolution, plan } = sizesOf(file);
export const table = styleTable(resolution, plan);
const context = { config: encoderConfigOf(file.config), table };
const split = { targetUpTo: file.config['targetUpTo'] as number };
const weights = file.config['weights'] as Readonly<Record<string, number>>;

/** Specifications of what is trained. */
const SPECS = { encoder: encoderSpec(context.config, table), generator: synthesisSpec(table), discriminator: discriminatorSpec(resolution, plan) };
type NetworkName = keyof typeof SPECS;

const GENERATOR_PREFIX = 'synthesis.';

/** Our name of a parameter -> its full name in the file, and a golden tensor of it in our layout. */
function keysOf(network: NetworkName): ReadonlyMap<string, { readonly theirs: string; readonly ours: (golden: HostTensor) => tf.Tensor }> {
  const names = [...flattenSpecs(SPECS[network] as SpecTree).keys()];
  if (network === 'encoder') {
    const ours = (golden: HostTensor): tf.Tensor => fromTorch(golden, parameterRole(golden));
    return new Map(names.map((name) => [name, { theirs: `encoder/${name}`, ours }]));
  }
  const keyPairs: readonly KeyPair[] = network === 'generator'
    ? mapKeys(NVIDIA_GENERATOR_KEYS, names.map((name) => GENERATOR_PREFIX + name))
    : mapKeys(nvidiaDiscriminatorKeys(resolution), names);
  return new Map(keyPairs.map(({ ours, theirs, layout }) => [
    network === 'generator' ? ours.slice(GENERATOR_PREFIX.length) : ours,
    { theirs: `${network}/${theirs}`, ours: (golden: HostTensor) => inOurLayout(golden, layout) },
  ]));
}

/** One trained parameter: its golden name, its golden value, and its golden gradient, in our layout. */
export interface TrainedParameter {
  readonly name: string;
  readonly value: tf.Tensor;
  readonly gradient: tf.Tensor;
}

/** A network's parameters as a function of those that are trained, and these. */
export function trainable<Name extends NetworkName>(network: Name) {
  const keys = keysOf(network);
  const trained: TrainedParameter[] = [];
  const position = new Map<string, number>();
  const values = new Map<string, tf.Tensor>();
  for (const [name, { theirs, ours }] of keys) {
    const golden = file.of('parameter').get(theirs);
    if (golden === undefined) continue;
    values.set(name, ours(golden));
    if (!file.all.has(`gradient.${theirs}`)) continue;
    position.set(name, trained.length);
    trained.push({ name: theirs, value: values.get(name) as tf.Tensor, gradient: ours(file.get('gradient', theirs)) });
  }
  const build = (tensors: readonly tf.Tensor[]): ParametersOf<(typeof SPECS)[Name]> =>
    fillParameters(SPECS[network] as SpecTree, (name, { shape }) => {
      const at = position.get(name);
      return (at === undefined ? values.get(name) : tensors[at]) ?? zeros(shape);
    }) as ParametersOf<(typeof SPECS)[Name]>;
  return { trained, build };
}

/** Source and target: a pair of one image, and a pair of two. */
export function pairs(): Omit<LossInputs<tf.Tensor>, 'swapped'> {
  const [same, source, target] = ['same', 'source', 'target'].map((name) => fromTorch(file.get('input', name), 'image'));
  return { source: tf.concat([same as tf.Tensor, source as tf.Tensor]), target: tf.concat([same as tf.Tensor, target as tf.Tensor]) };
}

/** Codes of the target's side and style maps from the target, the other codes from the source. */
export function swap(encoder: EncoderParameters, generator: SynthesisParameters, images: Omit<LossInputs<tf.Tensor>, 'swapped'>): tf.Tensor {
  const isSource = (entry: StyleEntry): boolean => sideOf(entry, split) === 'source';
  const [source, target] = [images.source, images.target].map((image) => latentMaps(encoder, context.config, image));
  const fromSource = codesFrom(encoder, context, { maps: source as ReadonlyMap<number, tf.Tensor>, isWanted: isSource });
  const fromTarget = codesFrom(encoder, context, { maps: target as ReadonlyMap<number, tf.Tensor>, isWanted: (entry) => !isSource(entry) });
  const codes = table.entries.map((entry) => (isSource(entry) ? fromSource : fromTarget).get(entry.index) as tf.Tensor);
  const maps = styleMapsFrom(encoder, context, target as ReadonlyMap<number, tf.Tensor>);
  return synthesize(generator, table, { codes, maps, noise: 'none' }).image;
}

function stateOf(prefix: string): WeightState {
  const start = `${prefix}/`;
  return new Map([...file.of('parameter')].filter(([name]) => name.startsWith(start)).map(([name, tensor]) => [name.slice(start.length), tensor]));
}

/** The fixed networks that judge, with the golden file's narrow weights. */
export function judges() {
  const perceptual = stateOf('perceptual');
  const heads = SQUEEZE_NET_WIDTHS.map((_, tap) => {
    const { data } = perceptual.get(`lin${tap}.model.1.weight`) as HostTensor;
    return [`tap${tap}`, tf.tensor2d(data, [data.length, 1])] as const;
  });
  return {
    identity: identityLoss(mobileFaceNetEmbedder(mobileFaceNetParameters(stateOf('identity')))),
    lpips: lpipsLoss({ trunk: squeezeNetParameters(perceptual), heads: Object.fromEntries(heads) }),
    regressor: threeDdfaRegressor(coefficientNetworkParameters(stateOf('regressor'), 1 / (file.config['narrow'] as number))),
  };
}

/** The generator's objective: every term with its weight. */
export function generatorObjective(
  inputs: LossInputs<tf.Tensor>,
  networks: ReturnType<typeof judges>,
  critic: ParametersOf<(typeof SPECS)['discriminator']>,
): WeightedTotal {
  const weightOf = (name: string): number => weights[name] as number;
  const coefficients = Object.entries(threeDimensionalLosses(networks.regressor, inputs));
  const terms: readonly LossTerm[] = [
    ...[networks.identity, l1Loss, networks.lpips].map((loss) => lossTerm(loss, weightOf(loss.name), inputs)),
    { name: 'adversarial', weight: weightOf('adversarial'), value: adversarialGeneratorLoss(discriminate(critic, inputs.swapped)) },
    ...coefficients.map(([name, value]: [string, tf.Tensor]) => ({ name, weight: weightOf(name), value })),
  ];
  return weightedTotal(terms);
}
