/** deep-head-pose's names of HopeNet beside ours; a key map of `@mfim/checkpoints`, as plain data. */
import { BATCH_COUNTERS, RES_NET_PLACEHOLDERS, resNetRules } from '@mfim/nn';

/** `fc_finetune`, which its authors no longer use, is not read. */
export const HOPE_NET_KEY_MAP = {
  origin: 'HopeNet of deep-head-pose',
  placeholders: RES_NET_PLACEHOLDERS,
  rules: [
    ...resNetRules('trunk.', ''),
    { ours: 'heads.{angle}.weight', theirs: 'fc_{angle}.weight', layout: 'linear' },
    { ours: 'heads.{angle}.bias', theirs: 'fc_{angle}.bias' },
  ],
  ignored: [BATCH_COUNTERS, 'fc_finetune.{part}'],
} as const;
