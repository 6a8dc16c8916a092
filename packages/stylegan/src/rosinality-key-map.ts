/**
 * Names and layouts of rosinality's checkpoints (stylegan2-pytorch) beside ours; pSp and e4e keep their decoder under the same
 * names. Layers are numbered there and named by resolution here. Kernels are flipped, and modulation biases include the 1, as
 * in NVIDIA's PyTorch files, so that only shapes of constant, noise and kernels differ.
 */
import type { KeyMap } from '@mfim/checkpoints';
import { resolutionsUpTo, styleTable } from '@mfim/tensor-contracts';
import type { StyleEntry } from '@mfim/tensor-contracts';
import { layerKey } from './generator-spec.ts';

/** Positions of the 4x4 features that the discriminator's first linear layer reads, channels first there. */
const SPATIAL_AT_4 = 16;
/** The largest generator that the names reach. */
const LARGEST = 4096;

const { entries } = styleTable(LARGEST);

function namesOf(layers: readonly StyleEntry[], theirs: (position: number, entry: StyleEntry) => string): Readonly<Record<string, string>> {
  return Object.fromEntries(layers.map((entry, position) => [layerKey(entry), theirs(position, entry)]));
}

const convolutions = entries.filter(({ layer }) => layer !== 'torgb');
const colours = entries.filter(({ layer }) => layer === 'torgb');

/** The generator, named within `g` or `g_ema`, with `latent_avg` beside; ours are the names of `generatorSpec`. */
export const ROSINALITY_GENERATOR_KEYS: KeyMap = {
  origin: 'StyleGAN2 generator of rosinality/stylegan2-pytorch',
  rules: [
    { ours: 'mapping.layers.fc{layer}.weight', theirs: 'style.{layer}.weight', layout: 'linear' },
    { ours: 'mapping.layers.fc{layer}.bias', theirs: 'style.{layer}.bias' },
    // Files of the training script lack it; the converter adds it.
    { ours: 'mapping.mean', theirs: 'latent_avg', fill: 0 },
    { ours: 'synthesis.constant', theirs: 'input.input', layout: 'batched constant' },
    { ours: 'synthesis.convs.{conv}.weight', theirs: '{conv}.conv.weight', layout: 'modulated kernel' },
    { ours: 'synthesis.convs.{conv}.bias', theirs: '{conv}.activate.bias' },
    { ours: 'synthesis.convs.{noise}.noise', theirs: 'noises.{noise}', layout: 'batched plane' },
    { ours: 'synthesis.convs.{conv}.noiseStrength', theirs: '{conv}.noise.weight', layout: 'scalar' },
    { ours: 'synthesis.rgbs.{rgb}.weight', theirs: '{rgb}.conv.weight', layout: 'modulated kernel' },
    { ours: 'synthesis.rgbs.{rgb}.bias', theirs: '{rgb}.bias', layout: 'batched vector' },
    { ours: 'affines.{any}.weight', theirs: '{any}.conv.modulation.weight', layout: 'linear' },
    { ours: 'affines.{any}.bias', theirs: '{any}.conv.modulation.bias' },
  ],
  placeholders: {
    // style.0 is the pixel norm.
    layer: { offset: 1 },
    conv: { names: namesOf(convolutions, (position) => (position === 0 ? 'conv1' : `convs.${position - 1}`)) },
    noise: { names: namesOf(convolutions, (position) => `noise_${position}`) },
    rgb: { names: namesOf(colours, (position) => (position === 0 ? 'to_rgb1' : `to_rgbs.${position - 1}`)) },
    any: {
      names: {
        ...namesOf(convolutions, (position) => (position === 0 ? 'conv1' : `convs.${position - 1}`)),
        ...namesOf(colours, (position) => (position === 0 ? 'to_rgb1' : `to_rgbs.${position - 1}`)),
      },
    },
  },
  ignored: ['{module}.blur.kernel', '{module}.upsample.kernel'],
};

/** The discriminator, named within `d`; ours are the names of `discriminatorSpec(resolution)`. */
export function rosinalityDiscriminatorKeys(resolution: number): KeyMap {
  const blocks = resolutionsUpTo(resolution).slice(1).toReversed();
  return {
    origin: 'StyleGAN2 discriminator of rosinality/stylegan2-pytorch',
    rules: [
      { ours: 'fromRgb.weight', theirs: 'convs.0.0.weight', layout: 'kernel' },
      { ours: 'fromRgb.bias', theirs: 'convs.0.1.bias' },
      { ours: 'blocks.{block}.conv0.weight', theirs: 'convs.{block}.conv1.0.weight', layout: 'kernel' },
      { ours: 'blocks.{block}.conv0.bias', theirs: 'convs.{block}.conv1.1.bias' },
      // The blur before a strided convolution is its module 0.
      { ours: 'blocks.{block}.conv1.weight', theirs: 'convs.{block}.conv2.1.weight', layout: 'kernel' },
      { ours: 'blocks.{block}.conv1.bias', theirs: 'convs.{block}.conv2.2.bias' },
      { ours: 'blocks.{block}.skip.weight', theirs: 'convs.{block}.skip.1.weight', layout: 'kernel' },
      { ours: 'final.conv.weight', theirs: 'final_conv.0.weight', layout: 'kernel' },
      { ours: 'final.conv.bias', theirs: 'final_conv.1.bias' },
      { ours: 'final.fc.weight', theirs: 'final_linear.0.weight', layout: { positions: SPATIAL_AT_4 } },
      { ours: 'final.fc.bias', theirs: 'final_linear.0.bias' },
      { ours: 'final.out.weight', theirs: 'final_linear.1.weight', layout: 'linear' },
      { ours: 'final.out.bias', theirs: 'final_linear.1.bias' },
    ],
    placeholders: { block: { names: Object.fromEntries(blocks.map((size, position) => [`b${size}`, String(position + 1)])) } },
    ignored: ['{module}.kernel'],
  };
}
