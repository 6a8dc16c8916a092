/** 6DRepNet's names beside ours, of both forms of its blocks; key maps of `@mfim/checkpoints`, as plain data. */
import { BATCH_COUNTERS, NORM_PARTS } from '@mfim/nn';

const HEAD = [
  { ours: 'head.weight', theirs: 'linear_reg.weight', layout: 'linear' },
  { ours: 'head.bias', theirs: 'linear_reg.bias' },
] as const;

const BRANCHES = { dense: 'rbr_dense', point: 'rbr_1x1' } as const;

/** The stem has no index of its own. */
export const SIX_D_REP_NET_KEY_MAPS = {
  trained: {
    origin: '6DRepNet as it is trained',
    placeholders: { part: { names: NORM_PARTS }, branch: { names: BRANCHES } },
    rules: [
      { ours: 'blocks.stage0.block0.{branch}.kernel', theirs: 'layer0.{branch}.conv.weight', layout: 'kernel' },
      { ours: 'blocks.stage0.block0.{branch}.norm.{part}', theirs: 'layer0.{branch}.bn.{part}' },
      { ours: 'blocks.stage{stage}.block{block}.{branch}.kernel', theirs: 'layer{stage}.{block}.{branch}.conv.weight', layout: 'kernel' },
      { ours: 'blocks.stage{stage}.block{block}.{branch}.norm.{part}', theirs: 'layer{stage}.{block}.{branch}.bn.{part}' },
      { ours: 'blocks.stage{stage}.block{block}.identity.{part}', theirs: 'layer{stage}.{block}.rbr_identity.{part}' },
      ...HEAD,
    ],
    ignored: [BATCH_COUNTERS],
  },
  deployed: {
    origin: '6DRepNet as it is deployed',
    rules: [
      { ours: 'blocks.stage0.block0.kernel', theirs: 'layer0.rbr_reparam.weight', layout: 'kernel' },
      { ours: 'blocks.stage0.block0.bias', theirs: 'layer0.rbr_reparam.bias' },
      { ours: 'blocks.stage{stage}.block{block}.kernel', theirs: 'layer{stage}.{block}.rbr_reparam.weight', layout: 'kernel' },
      { ours: 'blocks.stage{stage}.block{block}.bias', theirs: 'layer{stage}.{block}.rbr_reparam.bias' },
      ...HEAD,
    ],
  },
} as const;
