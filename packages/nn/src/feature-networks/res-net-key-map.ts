/**
 * torchvision's names of a ResNet's trunk beside ours; a key map of `@mfim/checkpoints`, as plain data. `prefix` is where a larger
 * network keeps its trunk.
 */

/** Parts of a batch normalisation, ours to PyTorch's. */
export const NORM_PARTS = { scale: 'weight', offset: 'bias', mean: 'running_mean', variance: 'running_var' } as const;

/** What PyTorch counts and nothing reads. */
export const BATCH_COUNTERS = '{norm}.num_batches_tracked';

/** Convolutions and normalisations of a bottleneck. */
const CONVOLUTIONS = { reduce: 'conv1', filter: 'conv2', expand: 'conv3', shortcut: 'downsample.0' } as const;
const NORMS = { 'reduce.norm': 'bn1', 'filter.norm': 'bn2', 'expand.norm': 'bn3', 'shortcut.norm': 'downsample.1' } as const;

/** The rules of a trunk; `ours` and `theirs` are put before the names, with their dot. */
export function resNetRules(ours: string, theirs: string) {
  return [
    { ours: `${ours}stem.kernel`, theirs: `${theirs}conv1.weight`, layout: 'kernel' },
    { ours: `${ours}stem.norm.{part}`, theirs: `${theirs}bn1.{part}` },
    { ours: `${ours}stages.stage{stage}.block{block}.{conv}.kernel`, theirs: `${theirs}layer{stage}.{block}.{conv}.weight`, layout: 'kernel' },
    { ours: `${ours}stages.stage{stage}.block{block}.{norm}.{part}`, theirs: `${theirs}layer{stage}.{block}.{norm}.{part}` },
  ] as const;
}

/** How the placeholders of `resNetRules` differ between the sides. */
export const RES_NET_PLACEHOLDERS = {
  part: { names: NORM_PARTS },
  conv: { names: CONVOLUTIONS },
  norm: { names: NORMS },
} as const;
