/**
 * A whole model bundle with random weights, in memory: the full IR-SE50 encoder on a 256 input and
 * the config-F generator in its stages, exported by our own tracer as a trained bundle is. The time of a
 * swap does not depend on the weights, as long as none is just zero: adding that would be left out.
 */
import { tensor } from '@tensorflow/tfjs-core';
import { IR_SE_50, encoderSpec } from '@mfim/encoder';
import type { EncoderConfig } from '@mfim/encoder';
import { fillParameters, seededNormal } from '@mfim/nn';
import type { NormalSource, ParametersOf, SpecTree } from '@mfim/nn';
import { synthesisSpec } from '@mfim/stylegan';
import { CONFIG_F, MFIM_SPLIT, styleTable } from '@mfim/tensor-contracts';
import type { ChannelPlan } from '@mfim/tensor-contracts';
import { bundleFiles } from '../bundle/bundle-files.ts';
import type { BundleParts, StoredWeights } from '../bundle/bundle-files.ts';

const SEED = 1;
/** How far biases, gains and the like lie from where they start. */
const SPREAD = 0.05;
const LICENCE = 'Apache-2.0';

/** Files by name, as `memoryFiles` of the pipeline takes them. */
export type BundleBytes = Readonly<Record<string, Uint8Array>>;

/** What is built. */
export interface RandomBundleRequest {
  readonly resolution: number;
  /** Layer widths; default config F. */
  readonly channels?: ChannelPlan;
  /** Default IR-SE50 on a 256 input. */
  readonly encoder?: EncoderConfig;
  /** How weights are stored. Default float32. */
  readonly weights?: StoredWeights;
}

function encoderConfigFor(resolution: number): EncoderConfig {
  return { ...IR_SE_50, mapResolutions: IR_SE_50.mapResolutions.filter((size) => size <= resolution) };
}

function weightsAsTrained<Tree extends SpecTree>(tree: Tree, normal: NormalSource): ParametersOf<Tree> {
  return fillParameters(tree, (_, { shape, fill, scale }) => {
    const values = normal(shape.reduce((product, size) => product * size, 1));
    return tensor(values.map((value) => (fill === 'normal' ? scale * value : scale + SPREAD * value)), shape.slice());
  });
}

/**
 * Builds and exports both networks; their tensors are freed again.
 *
 * @throws InputError when the resolution is no power of two, or the encoder does not fit it
 */
export async function randomBundle(request: RandomBundleRequest): Promise<BundleBytes> {
  const { resolution, channels = CONFIG_F, encoder: config = encoderConfigFor(resolution), weights = 'float32' } = request;
  const table = styleTable(resolution, channels);
  const files: Record<string, Uint8Array> = {};
  const parts: BundleParts = {
    name: `random-${resolution}`,
    table,
    config,
    encoder: () => weightsAsTrained(encoderSpec(config, table), seededNormal(SEED)),
    generator: () => weightsAsTrained(synthesisSpec(table), seededNormal(SEED + 1)),
    noise: 'none',
    weights,
    split: MFIM_SPLIT,
    licences: { encoder: LICENCE, generator: LICENCE },
    training: { weights: 'random' },
  };
  for await (const { name, bytes } of bundleFiles(parts)) files[name] = bytes;
  return files;
}
