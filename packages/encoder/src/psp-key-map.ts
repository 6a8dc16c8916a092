/**
 * Names and layouts of pSp's and e4e's encoder (pixel2style2pixel, encoder4editing: `encoder.*`) beside ours, for a configuration with
 * trunks by latent. Body, pyramid and trunks map one to one. Departures: the coarsest level has a lateral here, which is the
 * identity of theirs; and each style block there ends in a W vector, `latents.l3`, which the affine layers of a generator turn
 * into the codes of our heads.
 */
import type { KeyMap } from '@mfim/checkpoints';
import { linearSpec } from '@mfim/nn';
import type { SpecTree } from '@mfim/nn';
import type { StyleTable } from '@mfim/tensor-contracts';
import { codeTrunks } from './code-trunks.ts';
import type { EncoderConfig } from './encoder-config.ts';
import { encoderSpec } from './encoder-spec.ts';

/** Batch normalisation: ours, theirs. */
const NORM_PARTS = { scale: 'weight', offset: 'bias', mean: 'running_mean', variance: 'running_var' } as const;

function numbered(keys: readonly string[], theirs: (position: number) => string): Readonly<Record<string, string>> {
  return Object.fromEntries(keys.map((key, position) => [key, theirs(position)]));
}

/** The key map of an encoder; ours are the names of `pspEncoderSpec`. */
export function pspEncoderKeys(config: EncoderConfig): KeyMap {
  const units = config.stages.flatMap(({ units: count }, stage) => Array.from({ length: count }, (_, unit) => `s${stage}_u${unit}`));
  const laterals = config.levels.slice(1).map(({ resolution }) => `r${resolution}`);
  const longest = Math.max(...config.levels.map(({ resolution }) => Math.log2(resolution)));
  return {
    origin: 'pSp or e4e encoder (GradualStyleEncoder, Encoder4Editing on IR-SE50)',
    rules: [
      { ours: 'body.stem.conv', theirs: 'input_layer.0.weight', layout: 'kernel' },
      { ours: 'body.stem.norm.{part}', theirs: 'input_layer.1.{part}' },
      { ours: 'body.stem.slope', theirs: 'input_layer.2.weight' },
      { ours: 'body.units.{unit}.slope', theirs: '{unit}.res_layer.2.weight' },
      { ours: 'body.units.{unit}.{conv}', theirs: '{unit}.{conv}.weight', layout: 'kernel' },
      { ours: 'body.units.{unit}.gate.{gate}', theirs: '{unit}.res_layer.5.{gate}.weight', layout: 'linear from kernel' },
      { ours: 'body.units.{unit}.{norm}.{part}', theirs: '{unit}.{norm}.{part}' },
      { ours: 'laterals.{lateral}.weight', theirs: '{lateral}.weight', layout: 'kernel' },
      { ours: 'laterals.{lateral}.bias', theirs: '{lateral}.bias' },
      { ours: 'codes.l{latent}.trunk.{step}.weight', theirs: 'styles.{latent}.convs.{step}.weight', layout: 'kernel' },
      { ours: 'codes.l{latent}.trunk.{step}.bias', theirs: 'styles.{latent}.convs.{step}.bias' },
      { ours: 'latents.l{latent}.weight', theirs: 'styles.{latent}.linear.weight', layout: 'linear' },
      { ours: 'latents.l{latent}.bias', theirs: 'styles.{latent}.linear.bias' },
    ],
    placeholders: {
      part: { names: NORM_PARTS },
      unit: { names: numbered(units, (position) => `body.${position}`) },
      norm: { names: { norm0: 'res_layer.0', norm1: 'res_layer.4', 'shortcut.norm': 'shortcut_layer.1' } },
      conv: { names: { conv0: 'res_layer.1', conv1: 'res_layer.3', 'shortcut.conv': 'shortcut_layer.0' } },
      gate: { names: { reduce: 'fc1', expand: 'fc2' } },
      lateral: { names: numbered(laterals, (position) => `latlayer${position + 1}`) },
      // Every second module of a style block is its activation.
      step: { names: numbered(Array.from({ length: longest }, (_, step) => `conv${step}`), (position) => String(2 * position)) },
    },
    ignored: ['{layer}.num_batches_tracked'],
  };
}

/** What a pSp encoder has, by our names: no heads and no coarsest lateral, but a W vector of `codeWidth` for each latent. */
export function pspEncoderSpec(config: EncoderConfig, table: StyleTable) {
  const { body, laterals, codes } = encoderSpec(config, table);
  const [coarsest] = config.levels;
  const trunks = Object.fromEntries(Object.entries(codes).map(([key, { trunk }]) => [key, { trunk }]));
  const latents = codeTrunks(config, table).map(({ key }) => [key, linearSpec({ input: config.codeWidth, output: config.codeWidth })]);
  return {
    body,
    laterals: Object.fromEntries(Object.entries(laterals).filter(([key]) => key !== `r${coarsest?.resolution}`)),
    codes: trunks,
    latents: Object.fromEntries(latents) as Readonly<Record<string, ReturnType<typeof linearSpec>>>,
  } satisfies SpecTree;
}
