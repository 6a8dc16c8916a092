/** What the network tests share: sizes from a recipe, our layouts, the probed scalar. */
import { fromTheirLayout } from '@mfim/checkpoints';
import type { LayoutChange } from '@mfim/checkpoints';
import type { EncoderConfig } from '@mfim/encoder';
import type { ChannelPlan, HostTensor } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import { fromTorch } from '../src/index.ts';
import type { GoldenFile, Role } from '../src/index.ts';

/** Sizes of a StyleGAN2 recipe. */
export interface StyleganSizes {
  readonly resolution: number;
  readonly plan: ChannelPlan;
  readonly latent: number;
}

/** Reads the sizes from a recipe's settings, or from the `generator` part of them. */
export function sizesOf({ config }: Pick<GoldenFile, 'config'>): StyleganSizes {
  const sizes = (config['generator'] ?? config) as Record<string, number>;
  const { resolution, base, maximum, latent } = sizes as Record<'resolution' | 'base' | 'maximum' | 'latent', number>;
  return { resolution, plan: { base, maximum }, latent };
}

/** The encoder's form from a recipe's settings. */
export function encoderConfigOf(settings: Readonly<Record<string, unknown>>): EncoderConfig {
  const pairs = (name: string): readonly [number, number][] => settings[name] as [number, number][];
  return {
    inputResolution: settings['input_resolution'] as number,
    stemWidth: settings['stem_width'] as number,
    stages: pairs('stages').map(([units, width]) => ({ units, width })),
    pyramidWidth: settings['pyramid_width'] as number,
    levels: pairs('levels').map(([size, codesUpTo]) => ({ resolution: size, codesUpTo })),
    codeWidth: settings['code_width'] as number,
    mapWidth: settings['map_width'] as number,
    mapResolutions: settings['map_resolutions'] as number[],
    trunks: settings['trunks'] as EncoderConfig['trunks'],
    firstTrunkForAll: settings['first_trunk_for_all'] as boolean | undefined,
  };
}

/** A golden tensor in our layout, by the rule of a key map. */
export function inOurLayout(golden: HostTensor, layout: LayoutChange): tf.Tensor {
  const { data, shape } = fromTheirLayout(golden, layout);
  return tf.tensor(data, shape.slice(), 'float32');
}

/** For parameters that a recipe does not use. */
export function zeros(shape: readonly number[]): tf.Tensor {
  return tf.zeros(shape.slice());
}

/** `sum(output * probe)` over outputs by name, in the order of the names. */
export function scalarOf(file: GoldenFile, outputs: ReadonlyMap<string, tf.Tensor>, role: Role): tf.Scalar {
  const terms = [...outputs].map(([name, output]) => tf.sum(tf.mul(output, fromTorch(file.get('probe', name), role))));
  return tf.addN(terms as tf.Tensor[]) as tf.Scalar;
}
