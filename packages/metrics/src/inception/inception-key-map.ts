/** pytorch-fid's names of the Inception (`pt_inception-2015-12-05-6726825d.pth`) beside ours; a key map of `@mfim/checkpoints`, as plain data. */
import { BATCH_COUNTERS, NORM_PARTS } from '@mfim/nn';

/** The classifier is not read. */
export const INCEPTION_KEY_MAP = {
  origin: 'the Inception of pytorch-fid',
  placeholders: { part: { names: NORM_PARTS } },
  rules: [
    { ours: 'stem.{convolution}.kernel', theirs: '{convolution}.conv.weight', layout: 'kernel' },
    { ours: 'stem.{convolution}.norm.{part}', theirs: '{convolution}.bn.{part}' },
    { ours: '{block}.{convolution}.kernel', theirs: '{block}.{convolution}.conv.weight', layout: 'kernel' },
    { ours: '{block}.{convolution}.norm.{part}', theirs: '{block}.{convolution}.bn.{part}' },
  ],
  ignored: [BATCH_COUNTERS, 'fc.{part}'],
} as const;
