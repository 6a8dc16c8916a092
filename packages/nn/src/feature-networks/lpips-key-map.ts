/**
 * torchvision's and LPIPS's names beside ours; key maps of `@mfim/checkpoints`, as plain data. Two origins: a trunk of torchvision with
 * the heads that LPIPS publishes, and the state dictionary of the `lpips` package, which holds both.
 */
import type { LpipsTrunkName } from './lpips-trunk.ts';

/** Which layers of torchvision stand in each slice of the `lpips` package. */
const SLICES: Readonly<Record<LpipsTrunkName, readonly (readonly number[])[]>> = {
  alex: [[0], [3], [6], [8], [10]],
  vgg: [[0, 2], [5, 7], [10, 12, 14], [17, 19, 21], [24, 26, 28]],
  squeeze: [[0], [3, 4], [6, 7], [9], [10], [11], [12]],
};

/** `3` to `slice2.3`, for every layer. */
function sliceNames(trunk: LpipsTrunkName): Readonly<Record<string, string>> {
  return Object.fromEntries(SLICES[trunk].flatMap((layers, slice) => layers.map((layer) => [`${layer}`, `slice${slice + 1}.${layer}`] as const)));
}

const FIRE_PARTS = { squeeze: 'squeeze', expand1: 'expand1x1', expand3: 'expand3x3' } as const;

function plainRules(theirs: string) {
  return [
    { ours: 'trunk.conv{index}.kernel', theirs: `${theirs}{index}.weight`, layout: 'kernel' },
    { ours: 'trunk.conv{index}.bias', theirs: `${theirs}{index}.bias` },
  ] as const;
}

function squeezeRules(theirs: string, stem: string) {
  return [
    { ours: 'trunk.stem.kernel', theirs: `${theirs}${stem}.weight`, layout: 'kernel' },
    { ours: 'trunk.stem.bias', theirs: `${theirs}${stem}.bias` },
    { ours: 'trunk.fires.fire{index}.{part}.kernel', theirs: `${theirs}{index}.{part}.weight`, layout: 'kernel' },
    { ours: 'trunk.fires.fire{index}.{part}.bias', theirs: `${theirs}{index}.{part}.bias` },
  ] as const;
}

const HEADS = { ours: 'heads.tap{tap}', theirs: 'lin{tap}.model.1.weight', layout: 'linear from kernel' } as const;

/** The key maps of a trunk; `prefix` is where its layers stand in torchvision's file: `features.`, or nothing. */
export function lpipsKeyMaps(trunk: LpipsTrunkName, prefix = 'features.') {
  const rules = (theirs: string, stem: string) => [...(trunk === 'squeeze' ? squeezeRules(theirs, stem) : plainRules(theirs)), HEADS];
  const part = { names: FIRE_PARTS };
  return [
    {
      origin: `torchvision, and the ${trunk} heads of LPIPS 0.1`,
      rules: rules(prefix, '0'),
      placeholders: { part },
      ignored: ['classifier.{layer}'],
    },
    {
      origin: `the ${trunk} network of the lpips package`,
      rules: rules('net.', 'slice1.0'),
      placeholders: { part, index: { names: sliceNames(trunk) } },
      ignored: ['lins.{layer}', 'scaling_layer.{constant}'],
    },
  ] as const;
}
