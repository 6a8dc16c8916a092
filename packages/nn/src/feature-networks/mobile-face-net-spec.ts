/**
 * What `mfim import mobilefacenet` writes: MobileFaceNet with its normalisations, and the names of its PyTorch file; a specification,
 * and a key map of `@mfim/checkpoints` as plain data. `mobileFaceNetParameters` reads the PyTorch names, to which the key map leads back.
 */
import { constantSpec } from '../parameters.ts';
import { kernelSpec, normedConvSpec } from './folded-norms.ts';
import { MOBILE_FACE_NET_STAGES } from './mobile-face-net.ts';
import { BATCH_COUNTERS, NORM_PARTS } from './res-net-key-map.ts';

const STEM = 64;
const WIDE = 512;
const EMBEDDING = 128;
/** Side of the last map: 112 / 16. */
const WINDOW = 7;

function depthwiseSpec(size: number, channels: number) {
  return { ...normedConvSpec(size, 1, channels), kernel: kernelSpec([size, size], channels, 1) };
}

function blockSpec(input: number, expansion: number, output: number) {
  const wide = input * expansion;
  return { expand: normedConvSpec(1, input, wide), depthwise: depthwiseSpec(3, wide), project: normedConvSpec(1, wide, output) };
}

/** Specification as the weights are imported. */
export function mobileFaceNetSpec() {
  const blocks: Record<string, ReturnType<typeof blockSpec>> = {};
  let channels: number = STEM;
  for (const stage of MOBILE_FACE_NET_STAGES) {
    for (let index = 0; index < stage.blocks; index += 1) {
      blocks[`block${Object.keys(blocks).length}`] = blockSpec(channels, stage.expansion, stage.channels);
      channels = stage.channels;
    }
  }
  return {
    stem: normedConvSpec(3, 3, STEM),
    stemDepthwise: depthwiseSpec(3, STEM),
    stemPointwise: normedConvSpec(1, STEM, STEM),
    blocks,
    widen: normedConvSpec(1, channels, WIDE),
    window: depthwiseSpec(WINDOW, WIDE),
    embedding: { ...normedConvSpec(1, WIDE, EMBEDDING), bias: constantSpec([EMBEDDING], 0) },
  };
}

const CONVOLUTIONS = { stem: 'conv1.0', stemPointwise: 'dw_conv.pointwise', widen: 'conv2.0', embedding: 'conv3' } as const;
const DEPTHWISE = { stemDepthwise: 'dw_conv.depthwise', window: 'gdconv.depthwise' } as const;
const NORMS = { stem: 'conv1.1', stemDepthwise: 'dw_conv.bn1', stemPointwise: 'dw_conv.bn2', widen: 'conv2.1', window: 'gdconv.bn', embedding: 'bn' } as const;

/** The key map. */
export const MOBILE_FACE_NET_KEY_MAP = {
  origin: 'MobileFaceNet',
  placeholders: {
    part: { names: NORM_PARTS },
    conv: { names: CONVOLUTIONS },
    depthwise: { names: DEPTHWISE },
    norm: { names: NORMS },
    inner: { names: { expand: '0.0', project: '2' } },
    innerNorm: { names: { expand: '0.1', depthwise: '1.1', project: '3' } },
  },
  rules: [
    { ours: 'blocks.block{block}.depthwise.kernel', theirs: 'features.{block}.conv.1.0.weight', layout: 'depthwise' },
    { ours: 'blocks.block{block}.{inner}.kernel', theirs: 'features.{block}.conv.{inner}.weight', layout: 'kernel' },
    { ours: 'blocks.block{block}.{innerNorm}.norm.{part}', theirs: 'features.{block}.conv.{innerNorm}.{part}' },
    { ours: '{depthwise}.kernel', theirs: '{depthwise}.weight', layout: 'depthwise' },
    { ours: '{conv}.kernel', theirs: '{conv}.weight', layout: 'kernel' },
    { ours: 'embedding.bias', theirs: 'conv3.bias' },
    { ours: '{norm}.norm.{part}', theirs: '{norm}.{part}' },
  ],
  ignored: [BATCH_COUNTERS],
} as const;
