/** DECA's and Deep3DFaceRecon's names beside ours; key maps of `@mfim/checkpoints`, as plain data. */
import { BATCH_COUNTERS, RES_NET_PLACEHOLDERS, resNetRules } from '@mfim/nn';

/** `E_flame` of `deca_model.tar`. */
export const DECA_KEY_MAP = {
  origin: "DECA's coarse encoder",
  placeholders: { ...RES_NET_PLACEHOLDERS, layer: { names: { hidden: '0', output: '2' } } },
  rules: [
    ...resNetRules('trunk.', 'encoder.'),
    { ours: '{layer}.weight', theirs: 'layers.{layer}.weight', layout: 'linear' },
    { ours: '{layer}.bias', theirs: 'layers.{layer}.bias' },
  ],
  ignored: [BATCH_COUNTERS],
} as const;

const DEEP_3D_HEADS = { shape: '0', expression: '1', texture: '2', angles: '3', light: '4', plane: '5', depth: '6' } as const;

/** `net_recon` of an `epoch_*.pth`. */
export const DEEP_3D_KEY_MAP = {
  origin: 'the regressor of Deep3DFaceRecon_pytorch',
  placeholders: { ...RES_NET_PLACEHOLDERS, head: { names: DEEP_3D_HEADS } },
  rules: [
    ...resNetRules('trunk.', 'backbone.'),
    { ours: 'heads.{head}.weight', theirs: 'final_layers.{head}.weight', layout: 'linear from kernel' },
    { ours: 'heads.{head}.bias', theirs: 'final_layers.{head}.bias' },
  ],
  ignored: [BATCH_COUNTERS],
} as const;
