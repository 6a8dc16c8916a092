/**
 * pSp and e4e: an encoder (IR-SE body, pyramid, one style block for each W+ vector) and the rosinality generator that it was trained
 * for. Both become an encoder of ours with trunks by latent that computes the same; its heads give style codes, which are the
 * decoder's affine layers applied to the vectors, the mean of w included. Written as `encoder.` and, the generator, `average.`.
 */
import { pspEncoderKeys, pspEncoderSpec } from '@mfim/encoder';
import type { EncoderConfig } from '@mfim/encoder';
import { flattenSpecs } from '@mfim/nn';
import { ROSINALITY_GENERATOR_KEYS, generatorSpec } from '@mfim/stylegan';
import { InputError, styleTable } from '@mfim/tensor-contracts';
import type { StyleTable } from '@mfim/tensor-contracts';
import type { DeferredTensor, ForeignCheckpoint, ImportKind, Imported } from '../import-kind.ts';
import { mapTensors } from '../map-tensors.ts';
import { pspHeads } from '../psp-heads.ts';
import { pspNetwork } from '../psp-network.ts';
import { pspConfig } from '../psp-sizes.ts';
import { inPretraining } from '../stylegan-network.ts';
import { generatorSizes } from '../stylegan-sizes.ts';
import type { GeneratorSizes } from '../stylegan-sizes.ts';
import { tensorsUnder } from '../tensors-under.ts';

type Tensors = ReadonlyMap<string, DeferredTensor>;

/** What differs between the two. */
interface Family {
  readonly name: 'psp' | 'e4e';
  readonly brief: string;
  readonly origin: string;
  /** As `opts.encoder_type` has it. */
  readonly encoderType: string;
  readonly firstTrunkForAll: boolean;
  /** Shapes are the same in both, so that the guess goes to the older. */
  readonly confidence: number;
}

const PREFIXES = ['state_dict.', ''] as const;
const SIGNS = ['encoder.input_layer.0.weight', 'encoder.styles.0.convs.0.weight', 'encoder.latlayer1.weight', 'decoder.input.input'] as const;

const prefixOf = (names: ReadonlyMap<string, unknown>): string | undefined => PREFIXES.find((prefix) => SIGNS.every((sign) => names.has(prefix + sign)));

function checkFamily({ file, scalars }: ForeignCheckpoint, { name, encoderType }: Family): void {
  const type = scalars.get('opts.encoder_type');
  if (type === undefined || type === encoderType) return;
  const remedy = type === 'Encoder4Editing' ? 'import it as e4e' : type === 'GradualStyleEncoder' ? 'import it as psp' : 'encoders of this type cannot be imported';
  throw new InputError({ where: file, expected: `${name}, encoder_type ${encoderType}`, got: `encoder_type ${String(type)}`, remedy });
}

/** The mean of w for each latent [count, width], from one for all or one for each; none where vectors are given as they are. */
function meanOf({ tensors, scalars }: ForeignCheckpoint, count: number): DeferredTensor | undefined {
  const mean = tensors.get('latent_avg');
  if (mean === undefined || scalars.get('opts.start_from_latent_avg') === false) return undefined;
  if (mean.shape.length === 2) return mean;
  return {
    shape: [count, ...mean.shape],
    async read() {
      const one = await mean.read();
      return Float32Array.from({ length: count * one.length }, (_, index) => one[index % one.length] as number);
    },
  };
}

/** The decoder's mean of w: that of the first latent. */
function firstMean(mean: DeferredTensor | undefined): readonly [string, DeferredTensor][] {
  if (mean === undefined) return [];
  const width = mean.shape[1] ?? 0;
  return [['latent_avg', { shape: [width], read: async () => (await mean.read()).slice(0, width) }]];
}

/** Theirs has no convolution on the coarsest map: ours is the identity. */
function identityLateral({ levels, pyramidWidth }: EncoderConfig): readonly [string, DeferredTensor][] {
  const name = `laterals.r${levels[0]?.resolution}`;
  const read = async (): Promise<Float32Array> => Float32Array.from({ length: pyramidWidth ** 2 }, (_, index) => (index % (pyramidWidth + 1) === 0 ? 1 : 0));
  return [
    [`${name}.weight`, { shape: [1, 1, pyramidWidth, pyramidWidth], read }],
    [`${name}.bias`, { shape: [pyramidWidth], read: async () => new Float32Array(pyramidWidth) }],
  ];
}

/** What the shapes told. */
interface Form {
  readonly prefix: string;
  readonly sizes: GeneratorSizes;
  readonly table: StyleTable;
  readonly config: EncoderConfig;
}

function formOf({ file, tensors }: ForeignCheckpoint, { name, firstTrunkForAll }: Family): Form {
  const prefix = prefixOf(tensors);
  if (prefix === undefined) {
    throw new InputError({ where: file, expected: `${name}: encoder.input_layer, styles, latlayer1, and decoder`, got: 'a file without these', remedy: '`mfim inspect FILE` tells what it may be' });
  }
  const sizes = generatorSizes(file, 'rosinality', tensorsUnder(tensors, `${prefix}decoder.`));
  const config = pspConfig(tensorsUnder(tensors, `${prefix}encoder.`), sizes.resolution, firstTrunkForAll);
  return { prefix, sizes, table: styleTable(sizes.resolution, sizes.channels), config };
}

function describe({ config, sizes }: Form, mean: DeferredTensor | undefined): readonly string[] {
  const units = config.stages.map((stage) => `${stage.units} x ${stage.width}`).join(', ');
  const maps = config.levels.map(({ resolution }) => resolution).join(', ');
  return [
    `encoder reads ${config.inputResolution} pixels; units ${units}; latent maps at ${maps}; its vectors become codes by the decoder's affine layers`,
    `generator: ${sizes.resolution} pixels, min(${sizes.channels.maximum}, ${sizes.channels.base} / size) channels`,
    mean === undefined ? 'no mean of w is added: the file says so, or has none' : 'the mean of w is part of the heads',
    'style maps: none in the origin, so none here',
  ];
}

async function importFamily(checkpoint: ForeignCheckpoint, family: Family): Promise<Imported> {
  checkFamily(checkpoint, family);
  const form = formOf(checkpoint, family);
  const { prefix, sizes, table, config } = form;
  const mean = meanOf(checkpoint, table.latentCount);
  const under = (part: string): Tensors => tensorsUnder(checkpoint.tensors, prefix + part);
  const encoder = { theirs: `${prefix}encoder.`, ours: (name: string) => `encoder.${name}`, state: under('encoder.'), map: pspEncoderKeys(config), specs: flattenSpecs(pspEncoderSpec(config, table)) };
  const decoderState = new Map([...under('decoder.'), ...firstMean(mean)]);
  const decoder = { theirs: `${prefix}decoder.`, ours: (name: string) => `average.${inPretraining(name)}`, state: decoderState, map: ROSINALITY_GENERATOR_KEYS, specs: flattenSpecs(generatorSpec(table, sizes.latentWidth, sizes.mappingLayers)) };
  const { tensors, report } = mapTensors(checkpoint.file, [encoder, decoder]);
  const latents = tensorsUnder(tensors, 'encoder.latents.');
  const parts = new Map([...latents].map(([name, tensor]) => [`latents.${name}`, tensor]));
  const heads = pspHeads({ config, table, mean, tensors: new Map([...parts, ...tensorsUnder(tensors, 'average.')]) });
  const ours = [...heads, ...identityLateral(config)].map(([name, tensor]) => [`encoder.${name}`, tensor] as const);
  return {
    origin: family.origin,
    tensors: new Map([...[...tensors].filter(([name]) => !name.startsWith('encoder.latents.')), ...ours]),
    config: { networks: ['encoder', 'average'], encoder: config, generator: sizes },
    report: [...describe(form, mean), ...report],
  };
}

function pspKind(family: Family): ImportKind {
  return {
    name: family.name,
    brief: family.brief,
    origins: [family.origin],
    guess: (shapes) => (prefixOf(shapes) === undefined ? 0 : family.confidence),
    import: (checkpoint) => importFamily(checkpoint, family),
    network: pspNetwork,
  };
}

/** pSp and e4e. */
export const pspKinds: readonly ImportKind[] = [
  pspKind({ name: 'psp', brief: 'pSp encoder with its StyleGAN2 generator', origin: 'pixel2style2pixel .pt', encoderType: 'GradualStyleEncoder', firstTrunkForAll: false, confidence: 0.9 }),
  pspKind({ name: 'e4e', brief: 'e4e encoder with its StyleGAN2 generator', origin: 'encoder4editing .pt', encoderType: 'Encoder4Editing', firstTrunkForAll: true, confidence: 0.85 }),
];
