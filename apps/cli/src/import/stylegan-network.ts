/** Imported StyleGAN2 networks as functions: z -> w, image; image -> logits. */
import { affineStyles, discriminate, discriminatorSpec, generatorSpec, mapLatent, synthesize } from '@mfim/stylegan';
import { styleTable } from '@mfim/tensor-contracts';
import type * as tf from '@tensorflow/tfjs-core';
import { hostParameters } from './host-parameters.ts';
import type { ImportedFile, NamedTensors } from './import-kind.ts';
import type { GeneratorSizes } from './stylegan-sizes.ts';

/** In an imported file, the synthesis network stands where a checkpoint of pretraining has it. */
export function inPretraining(name: string): string {
  return name.replace(/^synthesis\./, 'generator.');
}

type Network = (inputs: NamedTensors) => NamedTensors;

/** @param prefix of the generator in the file, such as `average.` */
export function generatorNetwork(file: ImportedFile, prefix: string, sizes: GeneratorSizes): Network {
  const table = styleTable(sizes.resolution, sizes.channels);
  const spec = generatorSpec(table, sizes.latentWidth, sizes.mappingLayers);
  const { mapping, affines, synthesis } = hostParameters(spec, file, (name) => prefix + inPretraining(name));
  return ({ z }) => {
    const w = mapLatent(mapping, z as tf.Tensor);
    return { w, image: synthesize(synthesis, table, { codes: affineStyles(affines, table, [w]), noise: 'stored' }).image };
  };
}

/** The discriminator of a file. */
export function discriminatorNetwork(file: ImportedFile, { resolution, channels }: Pick<GeneratorSizes, 'resolution' | 'channels'>): Network {
  const parameters = hostParameters(discriminatorSpec(resolution, channels), file, (name) => `discriminator.${name}`);
  return ({ image }) => ({ logits: discriminate(parameters, image as tf.Tensor) });
}
