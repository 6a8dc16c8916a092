/** A small pSp checkpoint with weights of ours, as tensors by their names. */
import { pspEncoderKeys, pspEncoderSpec } from '@mfim/encoder';
import type { EncoderConfig } from '@mfim/encoder';
import { ROSINALITY_GENERATOR_KEYS, generatorSpec } from '@mfim/stylegan';
import { styleTable } from '@mfim/tensor-contracts';
import type { HostTensor } from '@mfim/tensor-contracts';
import { randomWeights, theirs } from './foreign-file.ts';

const WIDTH = 8;
/** The small generator's style space. */
export const table = styleTable(32, { base: 256, maximum: 16 });
/** The small encoder's form. */
export const config: EncoderConfig = {
  inputResolution: 32,
  stemWidth: 4,
  stages: [{ units: 1, width: 4 }, { units: 2, width: 6 }, { units: 1, width: WIDTH }],
  pyramidWidth: WIDTH,
  levels: [{ resolution: 4, codesUpTo: 8 }, { resolution: 8, codesUpTo: 32 }, { resolution: 16, codesUpTo: 32 }],
  codeWidth: WIDTH,
  mapWidth: 64,
  mapResolutions: [],
  trunks: 'latent',
};
/** By the names of `pspEncoderSpec`. */
export const encoder = randomWeights(pspEncoderSpec(config, table), 1);
/** By the names of `generatorSpec`. */
export const decoder = randomWeights(generatorSpec(table, WIDTH, 2), 2);

/** What `torch.save` would flatten to, the mean of w at the root. */
export function pspFile(): Map<string, HostTensor> {
  const generator = theirs(decoder, ROSINALITY_GENERATOR_KEYS, 'decoder.');
  const mean = generator.get('decoder.latent_avg');
  const inside = [...generator].filter(([name]) => name !== 'decoder.latent_avg');
  return new Map([...theirs(encoder, pspEncoderKeys(config), 'encoder.'), ...inside, ['latent_avg', mean as HostTensor]]);
}
