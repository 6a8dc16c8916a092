/**
 * StyleGAN2: the generator that draws (G_ema), the one that is trained (G) and the discriminator (D), from NVIDIA's pickles and
 * rosinality's files. Written under the names of a checkpoint of `mfim-train pretrain`: `average.`, `weights.` and
 * `discriminator.`, with `generator.` for the synthesis network, so that training starts from the file as it is.
 */
import { flattenSpecs } from '@mfim/nn';
import { NVIDIA_GENERATOR_KEYS, ROSINALITY_GENERATOR_KEYS, discriminatorSpec, generatorSpec, nvidiaDiscriminatorKeys, rosinalityDiscriminatorKeys } from '@mfim/stylegan';
import { InputError, styleTable } from '@mfim/tensor-contracts';
import type { DeferredTensor, ForeignCheckpoint, ImportKind, Imported, ImportedFile, NamedTensors, ShapesByName } from '../import-kind.ts';
import { mapTensors } from '../map-tensors.ts';
import type { NetworkPart } from '../map-tensors.ts';
import { discriminatorNetwork, generatorNetwork, inPretraining } from '../stylegan-network.ts';
import { discriminatorSizes, generatorSizes } from '../stylegan-sizes.ts';
import type { GeneratorSizes, StyleganOrigin } from '../stylegan-sizes.ts';
import { tensorsUnder } from '../tensors-under.ts';

/** Where each network may lie, in files of either origin; a file of one network has no prefix. */
const PLACES = { average: ['g_ema.', 'G_ema.', ''], weights: ['g.', 'G.'], discriminator: ['d.', 'D.', ''] } as const;

/** One tensor by which each network is known. */
const SIGNS = {
  generator: { nvidia: 'synthesis.b4.const', rosinality: 'input.input' },
  discriminator: { nvidia: 'b4.out.weight', rosinality: 'final_linear.1.weight' },
} as const;

const ORIGINS: readonly StyleganOrigin[] = ['nvidia', 'rosinality'];
const LATENT_MEAN = 'latent_avg';
/** A file with a generator is hardly anything else; a lone discriminator may be part of something. */
const CERTAIN = 0.97;
const LIKELY = 0.8;

/** What stands in the metadata. */
interface StyleganConfig {
  readonly networks: readonly (keyof typeof PLACES)[];
  readonly generator?: GeneratorSizes;
  readonly discriminator?: Pick<GeneratorSizes, 'resolution' | 'channels'>;
}

interface Found {
  readonly network: keyof typeof PLACES;
  readonly origin: StyleganOrigin;
  readonly place: string;
}

function findNetworks(names: ReadonlyMap<string, unknown>): readonly Found[] {
  return (Object.keys(PLACES) as (keyof typeof PLACES)[]).flatMap((network) => {
    const signs = network === 'discriminator' ? SIGNS.discriminator : SIGNS.generator;
    const found = PLACES[network].flatMap((place) => ORIGINS.filter((origin) => names.has(place + signs[origin])).map((origin) => ({ network, origin, place })));
    return found.slice(0, 1);
  });
}

/** A rosinality file has the mean of w beside its networks. */
function withLatentMean(checkpoint: ForeignCheckpoint, state: ReadonlyMap<string, DeferredTensor>): ReadonlyMap<string, DeferredTensor> {
  const mean = checkpoint.tensors.get(LATENT_MEAN);
  return mean === undefined ? state : new Map([...state, [LATENT_MEAN, mean]]);
}

function generatorPart(checkpoint: ForeignCheckpoint, found: Found): NetworkPart & { readonly sizes: GeneratorSizes } {
  const { origin, place } = found;
  const plain = tensorsUnder(checkpoint.tensors, place);
  const state = origin === 'rosinality' ? withLatentMean(checkpoint, plain) : plain;
  const sizes = generatorSizes(checkpoint.file, origin, state);
  const specs = flattenSpecs(generatorSpec(styleTable(sizes.resolution, sizes.channels), sizes.latentWidth, sizes.mappingLayers));
  const map = origin === 'nvidia' ? NVIDIA_GENERATOR_KEYS : ROSINALITY_GENERATOR_KEYS;
  return { theirs: place, ours: (name) => `${found.network}.${inPretraining(name)}`, state, map, specs, sizes };
}

function discriminatorPart(checkpoint: ForeignCheckpoint, { origin, place }: Found): NetworkPart & { readonly sizes: Pick<GeneratorSizes, 'resolution' | 'channels'> } {
  const state = tensorsUnder(checkpoint.tensors, place);
  const sizes = discriminatorSizes(checkpoint.file, origin, state);
  const map = origin === 'nvidia' ? nvidiaDiscriminatorKeys(sizes.resolution) : rosinalityDiscriminatorKeys(sizes.resolution);
  return { theirs: place, ours: (name) => `discriminator.${name}`, state, map, specs: flattenSpecs(discriminatorSpec(sizes.resolution, sizes.channels)), sizes };
}

function checkAlike(file: string, [first, second]: readonly { readonly theirs: string; readonly sizes: GeneratorSizes }[]): void {
  if (first === undefined || second === undefined || describe(first.sizes) === describe(second.sizes)) return;
  throw new InputError({ where: file, expected: `${second.theirs} with the sizes of ${first.theirs}: ${describe(first.sizes)}`, got: describe(second.sizes), remedy: 'import files of one network' });
}

function nothingFound(file: string): never {
  throw new InputError({ where: file, expected: "StyleGAN2: NVIDIA's G, D, G_ema or rosinality's g, d, g_ema", got: 'neither', remedy: '`mfim inspect FILE` tells what it may be' });
}

function describe({ resolution, channels, latentWidth, mappingLayers }: GeneratorSizes): string {
  return `${resolution} pixels, min(${channels.maximum}, ${channels.base} / size) channels, ${mappingLayers} mapping layers of ${latentWidth}`;
}

async function importStylegan2(checkpoint: ForeignCheckpoint): Promise<Imported> {
  const found = findNetworks(checkpoint.tensors);
  const generators = found.filter(({ network }) => network !== 'discriminator').map((each) => generatorPart(checkpoint, each));
  const discriminators = found.filter(({ network }) => network === 'discriminator').map((each) => discriminatorPart(checkpoint, each));
  const origin = found[0]?.origin ?? nothingFound(checkpoint.file);
  checkAlike(checkpoint.file, generators);
  const { tensors, report } = mapTensors(checkpoint.file, [...generators, ...discriminators]);
  const [generator] = generators;
  const [discriminator] = discriminators;
  return {
    origin,
    tensors,
    config: {
      networks: found.map(({ network }) => network),
      ...(generator === undefined ? {} : { generator: generator.sizes }),
      ...(discriminator === undefined ? {} : { discriminator: discriminator.sizes }),
    },
    report: [
      `${origin}: ${found.map(({ network, place }) => `${network}${place === '' ? '' : ` from ${place.slice(0, -1)}`}`).join(', ')}`,
      ...(generator === undefined ? [] : [describe(generator.sizes)]),
      ...(origin === 'rosinality' && generator !== undefined && !checkpoint.tensors.has(LATENT_MEAN) ? ['no latent_avg in the file: the mean of w is zero here, so truncation (psi below 1) does not go to the mean face'] : []),
      ...report,
    ],
  };
}

/** Golden inputs: `z` [batch, width] for outputs `w` and `image`, `image` [batch, 3, R, R] for `logits`. */
function networkOf(file: ImportedFile): (inputs: NamedTensors) => NamedTensors {
  const { networks, generator, discriminator } = file.config as unknown as StyleganConfig;
  const drawn = networks.find((name) => name !== 'discriminator');
  const draw = drawn === undefined || generator === undefined ? undefined : generatorNetwork(file, `${drawn}.`, generator);
  const judge = discriminator === undefined ? undefined : discriminatorNetwork(file, discriminator);
  return (inputs) => ({ ...('z' in inputs ? draw?.(inputs) : {}), ...('image' in inputs ? judge?.(inputs) : {}) });
}

/** See the file's header. */
export const stylegan2Kind: ImportKind = {
  name: 'stylegan2',
  brief: 'StyleGAN2 generator and discriminator',
  origins: ['NVIDIA .pkl (stylegan2-ada-pytorch)', 'rosinality .pt (stylegan2-pytorch)'],
  guess(shapes: ShapesByName) {
    const found = findNetworks(shapes);
    if (found.some(({ network }) => network !== 'discriminator')) return CERTAIN;
    return found.length > 0 ? LIKELY : 0;
  },
  import: importStylegan2,
  network: networkOf,
};
