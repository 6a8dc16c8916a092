/**
 * Random weights for the networks that judge, under the names and shapes of the published files: for timing where these
 * files are absent, and for comparing gradients.
 *
 * Deep networks with plain random weights are chaotic: rounding in float32 changed gradients by a tenth. So every
 * normalisation (or bias) takes out the constant that its convolution makes of a constant input, keeps the size of what
 * varies, and lifts it to where ReLU and ReLU6 let it pass.
 */
import { coefficientNetworkKeys, coefficientNetworkSpec } from '@mfim/losses-3dmm';
import { theirShape } from '@mfim/checkpoints';
import { MOBILE_FACE_NET_STAGES, SQUEEZE_NET_SLICES, SQUEEZE_NET_WIDTHS, flattenSpecs } from '@mfim/nn';
import type { NormalSource, ParameterSpec, WeightState } from '@mfim/nn';
import type { HostTensor } from '@mfim/tensor-contracts';
import type { LossNetworkName } from '../training/loss-networks.ts';

type Entries = [string, HostTensor][];
type Shape = readonly number[];

/** MobileFaceNet: stem, last wide layer, embedding; side of the window over the last features. */
const STEM = 64;
const WIDE = 512;
const EMBEDDING = 128;
const WINDOW = 7;
/** SqueezeNet 1.1: a fire module squeezes to an eighth of what it expands to. */
const SQUEEZE = 8;
/** Mean of what ReLU and ReLU6 get: the middle of where both let pass. */
const LIFTED = 3;
/** A kernel drawn as He et al. enlarges what varies by the root of 2, since ReLU then takes half of it away; here it does not. */
const KEEP = Math.SQRT1_2;
/**
 * What varies in an image is made so much smaller at the entry that nothing comes near where ReLU and ReLU6 cut; and larger
 * again at the exit, so that faces are told apart.
 */
const FIRST = 0.2;
/** As much smaller is what a block adds to its input, lest sums of blocks grow. */
const ADDED = 0.3;
/** How far drawn numbers are from the rule. */
const SPREAD = 0.1;

const sizeOf = (shape: Shape): number => shape.reduce((product, size) => product * size, 1);

function around(normal: NormalSource, shape: Shape, [mean, deviation]: readonly [number, number]): HostTensor {
  return { shape, data: normal(sizeOf(shape)).map((value) => mean + deviation * value) };
}

/** Of a kernel [out, in, k, k]. */
const heDeviation = (shape: Shape): number => Math.sqrt(2 / sizeOf(shape.slice(1)));

/** What a kernel makes of a constant input, by channel. */
function constantsOf({ data, shape: [channels = 0] }: HostTensor, input: number): Float32Array {
  const taps = data.length / channels;
  return Float32Array.from({ length: channels }, (_, channel) => input * data.subarray(channel * taps, (channel + 1) * taps).reduce((sum, value) => sum + value, 0));
}

/** A convolution, its normalisation, and the means of what goes in and what comes out; `gain`: of what varies. */
interface Layer {
  readonly conv: string;
  readonly norm: string;
  readonly shape: Shape;
  readonly input: 0 | typeof LIFTED;
  readonly output: 0 | typeof LIFTED;
  readonly gain?: number;
}

function drawLayer(normal: NormalSource, { conv, norm, shape, input, output, gain: wanted = 1 }: Layer): Entries {
  const weight = around(normal, shape, [0, heDeviation(shape)]);
  const [channels] = shape as readonly [number];
  const constants = constantsOf(weight, input);
  // Where nothing is lifted, a constant would drown what varies.
  const spread = output === 0 ? SPREAD * FIRST : SPREAD;
  const mean = around(normal, [channels], [0, spread]);
  const gain = KEEP * wanted;
  return [
    [`${conv}.weight`, weight],
    [`${norm}.weight`, around(normal, [channels], [gain, gain * SPREAD])],
    [`${norm}.bias`, around(normal, [channels], [output, spread])],
    [`${norm}.running_mean`, { ...mean, data: mean.data.map((value, channel) => value + (constants[channel] as number)) }],
    [`${norm}.running_var`, { shape: [channels], data: normal(channels).map((value) => 1 + SPREAD * Math.abs(value)) }],
  ];
}

function mobileFaceNetLayers(): readonly Layer[] {
  const lifted = { input: LIFTED, output: LIFTED } as const;
  const layers: Layer[] = [
    { conv: 'conv1.0', norm: 'conv1.1', shape: [STEM, 3, 3, 3], input: 0, output: LIFTED, gain: FIRST },
    { conv: 'dw_conv.depthwise', norm: 'dw_conv.bn1', shape: [STEM, 1, 3, 3], ...lifted },
    { conv: 'dw_conv.pointwise', norm: 'dw_conv.bn2', shape: [STEM, STEM, 1, 1], ...lifted },
  ];
  let channels = STEM;
  for (const { expansion, channels: outputs, blocks } of MOBILE_FACE_NET_STAGES) {
    for (let block = 0; block < blocks; block += 1) {
      const [prefix, inner, isFirst] = [`features.${layers.length / 3 - 1}.conv`, channels * expansion, layers.length === 3];
      layers.push(
        { conv: `${prefix}.0.0`, norm: `${prefix}.0.1`, shape: [inner, channels, 1, 1], input: isFirst ? LIFTED : 0, output: LIFTED },
        { conv: `${prefix}.1.0`, norm: `${prefix}.1.1`, shape: [inner, 1, 3, 3], ...lifted },
        { conv: `${prefix}.2`, norm: `${prefix}.3`, shape: [outputs, inner, 1, 1], input: LIFTED, output: 0, gain: ADDED },
      );
      channels = outputs;
    }
  }
  return [
    ...layers,
    { conv: 'conv2.0', norm: 'conv2.1', shape: [WIDE, channels, 1, 1], input: 0, output: LIFTED },
    { conv: 'gdconv.depthwise', norm: 'gdconv.bn', shape: [WIDE, 1, WINDOW, WINDOW], input: LIFTED, output: 0 },
    { conv: 'conv3', norm: 'bn', shape: [EMBEDDING, WIDE, 1, 1], input: 0, output: 0, gain: 1 / FIRST },
  ];
}

function drawMobileFaceNet(normal: NormalSource): Entries {
  return [...mobileFaceNetLayers().flatMap((layer) => drawLayer(normal, layer)), ['conv3.bias', around(normal, [EMBEDDING], [0, SPREAD * FIRST])]];
}

/** A convolution without normalisation: its bias does all. */
function drawPlain(normal: NormalSource, name: string, { shape, input, gain = 1 }: Pick<Layer, 'shape' | 'input' | 'gain'>): Entries {
  const weight = around(normal, shape, [0, KEEP * gain * heDeviation(shape)]);
  const constants = constantsOf(weight, input);
  const bias = around(normal, shape.slice(0, 1), [LIFTED, SPREAD]);
  return [[`${name}.weight`, weight], [`${name}.bias`, { ...bias, data: bias.data.map((value, channel) => value - (constants[channel] as number)) }]];
}

function drawSqueezeNet(normal: NormalSource): Entries {
  const convolution = (name: string, shape: Shape): Entries => drawPlain(normal, name, { shape, input: LIFTED });
  let channels: number = SQUEEZE_NET_WIDTHS[0];
  const entries = drawPlain(normal, '0', { shape: [channels, 3, 3, 3], input: 0, gain: FIRST });
  for (const [slice, { fires }] of SQUEEZE_NET_SLICES.entries()) {
    const outputs = SQUEEZE_NET_WIDTHS[slice + 1] as number;
    const [narrow, half] = [outputs / SQUEEZE, outputs / 2];
    for (const fire of fires) {
      entries.push(...convolution(`${fire}.squeeze`, [narrow, channels, 1, 1]));
      entries.push(...convolution(`${fire}.expand1x1`, [half, narrow, 1, 1]));
      entries.push(...convolution(`${fire}.expand3x3`, [half, narrow, 3, 3]));
      channels = outputs;
    }
  }
  return entries;
}

/** Not negative. */
function drawHeads(normal: NormalSource): Entries {
  return SQUEEZE_NET_WIDTHS.map((width, tap) => [`lin${tap}.model.1.weight`, { shape: [1, width, 1, 1], data: normal(width).map(Math.abs) }]);
}

/** The normalisation that follows a convolution. */
const NORM_OF: Readonly<Record<string, string>> = { conv1: 'bn1', conv_dw: 'bn_dw', conv_sep: 'bn_sep' };

function drawThreeDdfa(normal: NormalSource): Entries {
  const specs = flattenSpecs(coefficientNetworkSpec());
  return coefficientNetworkKeys().flatMap(({ ours, theirs, layout }): Entries => {
    const shape = theirShape((specs.get(ours) as ParameterSpec).shape, layout);
    if (theirs === 'fc_param.weight') return [[theirs, around(normal, shape, [0, heDeviation(shape) / FIRST])]];
    if (theirs === 'fc_param.bias') return [[theirs, around(normal, shape, [0, SPREAD])]];
    // A layer is drawn with its normalisation, at its kernel.
    if (shape.length < 4) return [];
    const conv = theirs.replace(/\.weight$/, '');
    const norm = conv.replace(/[^.]+$/, (name) => NORM_OF[name] as string);
    const place = conv === 'conv1' ? ({ input: 0, gain: FIRST } as const) : ({ input: LIFTED } as const);
    return drawLayer(normal, { conv, norm, shape, output: LIFTED, ...place });
  });
}

const DRAWN: Readonly<Record<LossNetworkName, (normal: NormalSource) => Entries>> = {
  mobileFaceNet: drawMobileFaceNet,
  squeezeNet: drawSqueezeNet,
  lpips: drawHeads,
  threeDdfa: drawThreeDdfa,
};

/** Draws one network. */
export function randomJudge(network: LossNetworkName, normal: NormalSource): WeightState {
  return new Map(DRAWN[network](normal));
}
