/** An imported pSp or e4e as a function: a face -> its style codes [batch, total width] and the image that they draw. */
import { encodeView, encoderSpec } from '@mfim/encoder';
import type { EncoderConfig } from '@mfim/encoder';
import { synthesisSpec, synthesize } from '@mfim/stylegan';
import { styleTable } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import { hostParameters } from './host-parameters.ts';
import type { ImportedFile, NamedTensors } from './import-kind.ts';
import type { GeneratorSizes } from './stylegan-sizes.ts';

/** Golden input: `image` [batch, 3, S, S]; outputs `codes` and `image`. */
export function pspNetwork(file: ImportedFile): (inputs: NamedTensors) => NamedTensors {
  const { encoder: config, generator } = file.config as unknown as { readonly encoder: EncoderConfig; readonly generator: GeneratorSizes };
  const table = styleTable(generator.resolution, generator.channels);
  const encoder = hostParameters(encoderSpec(config, table), file, (name) => `encoder.${name}`);
  const synthesis = hostParameters(synthesisSpec(table), file, (name) => `average.generator.${name}`);
  return ({ image }) => {
    const { codes } = encodeView(encoder, { config, table }, image as tf.Tensor);
    return { codes: tf.concat([...codes], 1), image: synthesize(synthesis, table, { codes, noise: 'stored' }).image };
  };
}
