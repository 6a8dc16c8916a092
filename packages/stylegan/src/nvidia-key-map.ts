/**
 * Names and layouts of NVIDIA's checkpoints (stylegan2-ada-pytorch) beside ours. The up-sampling kernels of both PyTorch
 * stores are spatially flipped relative to the TensorFlow original, which is the form that a transposed convolution
 * wants: PyTorch's `conv_transpose2d` and tfjs's `conv2dTranspose` agree. Modulation biases include the 1.
 */
import type { KeyMap } from '@mfim/checkpoints';

/** Positions of the 4x4 features that the discriminator's first linear layer reads, channels first there. */
const SPATIAL_AT_4 = 16;

/** The generator, named within `G` or `G_ema`; ours are the names of `generatorSpec`. */
export const NVIDIA_GENERATOR_KEYS: KeyMap = {
  origin: 'StyleGAN2 generator of stylegan2-ada-pytorch',
  rules: [
    { ours: 'mapping.layers.{fc}.weight', theirs: 'mapping.{fc}.weight', layout: 'linear' },
    { ours: 'mapping.layers.{fc}.bias', theirs: 'mapping.{fc}.bias' },
    { ours: 'mapping.mean', theirs: 'mapping.w_avg' },
    { ours: 'synthesis.constant', theirs: 'synthesis.b4.const', layout: 'constant' },
    { ours: 'synthesis.rgbs.{block}_torgb.weight', theirs: 'synthesis.{block}.torgb.weight', layout: 'kernel' },
    { ours: 'synthesis.rgbs.{block}_torgb.bias', theirs: 'synthesis.{block}.torgb.bias' },
    { ours: 'synthesis.convs.{block}_{layer}.weight', theirs: 'synthesis.{block}.{layer}.weight', layout: 'kernel' },
    { ours: 'synthesis.convs.{block}_{layer}.bias', theirs: 'synthesis.{block}.{layer}.bias' },
    { ours: 'synthesis.convs.{block}_{layer}.noise', theirs: 'synthesis.{block}.{layer}.noise_const' },
    { ours: 'synthesis.convs.{block}_{layer}.noiseStrength', theirs: 'synthesis.{block}.{layer}.noise_strength' },
    { ours: 'affines.{block}_{layer}.weight', theirs: 'synthesis.{block}.{layer}.affine.weight', layout: 'linear' },
    { ours: 'affines.{block}_{layer}.bias', theirs: 'synthesis.{block}.{layer}.affine.bias' },
  ],
  ignored: ['{module}.resample_filter'],
};

/** The discriminator, named within `D`; ours are the names of `discriminatorSpec(resolution)`. */
export function nvidiaDiscriminatorKeys(resolution: number): KeyMap {
  return {
    origin: 'StyleGAN2 discriminator of stylegan2-ada-pytorch',
    rules: [
      { ours: 'fromRgb.weight', theirs: `b${resolution}.fromrgb.weight`, layout: 'kernel' },
      { ours: 'fromRgb.bias', theirs: `b${resolution}.fromrgb.bias` },
      { ours: 'final.conv.weight', theirs: 'b4.conv.weight', layout: 'kernel' },
      { ours: 'final.conv.bias', theirs: 'b4.conv.bias' },
      { ours: 'final.fc.weight', theirs: 'b4.fc.weight', layout: { positions: SPATIAL_AT_4 } },
      { ours: 'final.fc.bias', theirs: 'b4.fc.bias' },
      { ours: 'final.out.weight', theirs: 'b4.out.weight', layout: 'linear' },
      { ours: 'final.out.bias', theirs: 'b4.out.bias' },
      { ours: 'blocks.{block}.{layer}.weight', theirs: '{block}.{layer}.weight', layout: 'kernel' },
      { ours: 'blocks.{block}.{layer}.bias', theirs: '{block}.{layer}.bias' },
    ],
    ignored: ['{module}.resample_filter'],
  };
}
