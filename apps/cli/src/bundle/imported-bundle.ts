/** What a bundle of an imported encoder and an imported generator is made of. */
import { checkEncoderConfig, encoderSpec } from '@mfim/encoder';
import type { EncoderConfig } from '@mfim/encoder';
import { synthesisSpec } from '@mfim/stylegan';
import { InputError, styleTable } from '@mfim/tensor-contracts';
import type { GeneratorSizes } from '../import/stylegan-sizes.ts';
import type { BundleParts } from './bundle-files.ts';
import type { ImportedFacts, ImportedWeights } from './imported-network.ts';

/** The choices that the files do not make. */
export type BundleChoices = Pick<BundleParts, 'name' | 'split' | 'weights' | 'licences'>;

/** The two files; often one. */
export interface BundleSources {
  readonly encoder: ImportedWeights;
  readonly generator: ImportedWeights;
}

function encoderOf({ file, facts }: ImportedWeights): EncoderConfig {
  if (facts.encoder !== undefined) return facts.encoder;
  throw new InputError({ where: `--encoder ${file}`, expected: 'an encoder', got: `${facts.kind}: ${facts.networks.join(', ')}`, remedy: 'import one with `mfim import psp` or `mfim import e4e`' });
}

function generatorOf({ file, facts }: ImportedWeights): { readonly sizes: GeneratorSizes; readonly prefix: string } {
  const network = ['average', 'weights'].find((name) => facts.networks.includes(name));
  if (facts.generator !== undefined && network !== undefined) return { sizes: facts.generator, prefix: `${network}.generator.` };
  throw new InputError({ where: `--generator ${file}`, expected: 'a generator', got: `${facts.kind}: ${facts.networks.join(', ')}`, remedy: 'import one with `mfim import stylegan2`' });
}

const text = ({ resolution, channels }: GeneratorSizes): string => `${resolution} pixels, min(${channels.maximum}, ${channels.base} / size) channels`;

function checkFit({ encoder, generator }: BundleSources, sizes: GeneratorSizes): void {
  const own = encoder.facts.generator;
  const fits = own === undefined || (own.resolution === sizes.resolution && own.channels.base === sizes.channels.base && own.channels.maximum === sizes.channels.maximum);
  if (fits) return;
  throw new InputError({ where: `--generator ${generator.file}`, expected: `the sizes that the encoder was trained for: ${text(own)}`, got: text(sizes), remedy: 'choose a generator of these sizes, such as a fine-tuned one' });
}

const told = ({ kind, origin, source, sourceSha256 }: ImportedFacts) => ({ kind, origin, source, sha256: sourceSha256 });

/**
 * Stored noise enters where there is no style map, as in the networks' own projects.
 *
 * @throws InputError when a file lacks its network, or the two do not fit each other
 */
export function importedBundle(sources: BundleSources, choices: BundleChoices): BundleParts {
  const config = encoderOf(sources.encoder);
  const { sizes, prefix } = generatorOf(sources.generator);
  checkFit(sources, sizes);
  const table = styleTable(sizes.resolution, sizes.channels);
  checkEncoderConfig(config, table);
  return {
    ...choices,
    table,
    config,
    noise: 'stored',
    encoder: () => sources.encoder.parameters(encoderSpec(config, table), (name) => `encoder.${name}`),
    generator: () => sources.generator.parameters(synthesisSpec(table), (name) => prefix + name),
    training: { imported: { encoder: told(sources.encoder.facts), generator: told(sources.generator.facts) } },
  };
}
