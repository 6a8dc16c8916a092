/**
 * Names and layouts of NVIDIA's checkpoints (stylegan2-ada-pytorch) to ours and back.
 * Linear [out, in] <-> [in, out]; kernels [out, in, k, k] <-> [k, k, in, out]; the up-sampling kernels
 * of both PyTorch stores are spatially flipped relative to the TensorFlow original, which is the form
 * that a transposed convolution wants: PyTorch's `conv_transpose2d` and tfjs's `conv2dTranspose` agree.
 * The discriminator's first linear layer reads channels-first features there, channels-last here.
 */
import { InputError } from '@mfim/tensor-contracts';

/** How a tensor is laid out differently. */
export type LayoutChange = 'same' | 'linear' | 'kernel' | 'constant' | 'flattened';

/** One parameter under both names. */
export interface KeyPair {
  readonly ours: string;
  readonly theirs: string;
  readonly layout: LayoutChange;
}

interface Rule {
  readonly ours: RegExp;
  readonly theirs: (match: readonly string[]) => string;
  readonly layout: LayoutChange;
}

const SYNTHESIS = String.raw`^synthesis\.(?:convs|rgbs)\.(b\d+)_(conv0|conv1|torgb)\.`;
const AFFINE = String.raw`^affines\.(b\d+)_(conv0|conv1|torgb)\.`;

const RULES: readonly Rule[] = [
  { ours: /^mapping\.layers\.(fc\d)\.weight$/, theirs: ([, fc]) => `mapping.${fc}.weight`, layout: 'linear' },
  { ours: /^mapping\.layers\.(fc\d)\.bias$/, theirs: ([, fc]) => `mapping.${fc}.bias`, layout: 'same' },
  { ours: /^mapping\.mean$/, theirs: () => 'mapping.w_avg', layout: 'same' },
  { ours: /^synthesis\.constant$/, theirs: () => 'synthesis.b4.const', layout: 'constant' },
  { ours: new RegExp(`${SYNTHESIS}weight$`), theirs: ([, b, l]) => `synthesis.${b}.${l}.weight`, layout: 'kernel' },
  { ours: new RegExp(`${SYNTHESIS}bias$`), theirs: ([, b, l]) => `synthesis.${b}.${l}.bias`, layout: 'same' },
  { ours: new RegExp(`${SYNTHESIS}noise$`), theirs: ([, b, l]) => `synthesis.${b}.${l}.noise_const`, layout: 'same' },
  { ours: new RegExp(`${SYNTHESIS}noiseStrength$`), theirs: ([, b, l]) => `synthesis.${b}.${l}.noise_strength`, layout: 'same' },
  { ours: new RegExp(`${AFFINE}weight$`), theirs: ([, b, l]) => `synthesis.${b}.${l}.affine.weight`, layout: 'linear' },
  { ours: new RegExp(`${AFFINE}bias$`), theirs: ([, b, l]) => `synthesis.${b}.${l}.affine.bias`, layout: 'same' },
];

function discriminatorRules(resolution: number): readonly Rule[] {
  return [
    { ours: /^fromRgb\.weight$/, theirs: () => `b${resolution}.fromrgb.weight`, layout: 'kernel' },
    { ours: /^fromRgb\.bias$/, theirs: () => `b${resolution}.fromrgb.bias`, layout: 'same' },
    { ours: /^blocks\.(b\d+)\.(conv0|conv1|skip)\.weight$/, theirs: ([, b, l]) => `${b}.${l}.weight`, layout: 'kernel' },
    { ours: /^blocks\.(b\d+)\.(conv0|conv1)\.bias$/, theirs: ([, b, l]) => `${b}.${l}.bias`, layout: 'same' },
    { ours: /^final\.conv\.weight$/, theirs: () => 'b4.conv.weight', layout: 'kernel' },
    { ours: /^final\.conv\.bias$/, theirs: () => 'b4.conv.bias', layout: 'same' },
    { ours: /^final\.fc\.weight$/, theirs: () => 'b4.fc.weight', layout: 'flattened' },
    { ours: /^final\.out\.weight$/, theirs: () => 'b4.out.weight', layout: 'linear' },
    { ours: /^final\.(fc|out)\.bias$/, theirs: ([, l]) => `b4.${l}.bias`, layout: 'same' },
  ];
}

function pairsFor(names: Iterable<string>, rules: readonly Rule[]): readonly KeyPair[] {
  return Array.from(names, (ours) => {
    for (const rule of rules) {
      const match = rule.ours.exec(ours);
      if (match !== null) return { ours, theirs: rule.theirs(match), layout: rule.layout };
    }
    throw new InputError({
      where: 'nvidiaKeyMap',
      expected: 'a parameter of the generator or discriminator',
      got: ours,
      remedy: 'pass the names of flattenSpecs(generatorSpec(..)) or flattenSpecs(discriminatorSpec(..))',
    });
  });
}

/** The generator's names (`flattenSpecs(generatorSpec(table)).keys()`) beside NVIDIA's. */
export function nvidiaGeneratorKeys(names: Iterable<string>): readonly KeyPair[] {
  return pairsFor(names, RULES);
}

/** The discriminator's names beside NVIDIA's. */
export function nvidiaDiscriminatorKeys(names: Iterable<string>, resolution: number): readonly KeyPair[] {
  return pairsFor(names, discriminatorRules(resolution));
}
