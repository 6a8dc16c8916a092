/**
 * Strides, dilations and padding of a convolution, as tfjs computes them and ONNX writes them.
 */
import { backend_util } from '@tensorflow/tfjs-core';
import { InputError } from '@mfim/tensor-contracts';

/** Attributes that tfjs's convolution kernels share. */
export interface ConvolutionAttributes {
  readonly strides: [number, number] | number;
  readonly pad: 'valid' | 'same' | number | backend_util.ExplicitPadding;
  readonly dataFormat?: 'NHWC' | 'NCHW';
  readonly dilations?: [number, number] | number;
  readonly dimRoundingMode?: 'floor' | 'round' | 'ceil';
}

/** Input shape (NHWC), filter shape (HWIO), and whether each channel has its own filters. */
export interface ConvolutionShapes {
  readonly input: readonly number[];
  readonly filter: readonly number[];
  readonly depthwise: boolean;
}

/** A convolution's geometry; pairs are (height, width). */
export interface ConvolutionGeometry {
  readonly input: readonly [number, number];
  readonly output: readonly [number, number];
  readonly outputShape: readonly number[];
  readonly kernel: readonly [number, number];
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** Padding in ONNX's order: top, left, bottom, right. */
  readonly pads: readonly [number, number, number, number];
}

/** What convolutions refuse, for the README's table. */
export const CHANNELS_LAST_ONLY = "`dataFormat` `'NCHW'`";

type FourNumbers = [number, number, number, number];

/** One axis of a convolution. `reach` is how far the last window reaches, counted from the padding's start. */
interface Axis {
  readonly begin: number;
  readonly input: number;
  readonly reach: number;
  readonly stride: number;
}

/**
 * Padding at the end of an axis: as much as the last window reads, which may be more than tfjs pads (when it
 * rounds up) or less. For windows that are not square, tfjs counts outputs of a padding in pixels by the height
 * alone; an axis that is then cut short cannot be written.
 */
function endPadding({ begin, input, reach, stride }: Axis): number {
  if (reach <= input + begin - stride) {
    throw new InputError({
      where: 'traceToOnnx',
      expected: 'a square window with a padding given in pixels',
      got: 'another one, of which tfjs leaves out the last positions',
      remedy: "pad with tf.pad, and use the padding 'valid'",
    });
  }
  return Math.max(0, reach - input - begin);
}

function geometryOf(info: backend_util.Conv2DInfo): ConvolutionGeometry {
  const { top, left } = info.padInfo;
  const reachHeight = (info.outHeight - 1) * info.strideHeight + info.effectiveFilterHeight;
  const reachWidth = (info.outWidth - 1) * info.strideWidth + info.effectiveFilterWidth;
  return {
    input: [info.inHeight, info.inWidth],
    output: [info.outHeight, info.outWidth],
    outputShape: info.outShape,
    kernel: [info.filterHeight, info.filterWidth],
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    pads: [
      top,
      left,
      endPadding({ begin: top, input: info.inHeight, reach: reachHeight, stride: info.strideHeight }),
      endPadding({ begin: left, input: info.inWidth, reach: reachWidth, stride: info.strideWidth }),
    ],
  };
}

function refuseChannelsFirst(dataFormat: string | undefined): void {
  if (dataFormat !== 'NCHW') return;
  throw new InputError({
    where: 'traceToOnnx',
    expected: "convolutions with dataFormat 'NHWC'",
    got: "'NCHW'",
    remedy: 'transpose to channels-last; the exported file is channels-first all the same',
  });
}

/** The geometry of a convolution. */
export function convolutionGeometry(shapes: ConvolutionShapes, attributes: ConvolutionAttributes): ConvolutionGeometry {
  const { strides, pad, dilations = 1, dimRoundingMode, dataFormat } = attributes;
  refuseChannelsFirst(dataFormat);
  const [input, filter] = [[...shapes.input] as FourNumbers, [...shapes.filter] as FourNumbers];
  return geometryOf(
    backend_util.computeConv2DInfo(input, filter, strides, dilations, pad, dimRoundingMode, shapes.depthwise),
  );
}

/** Attributes of a pooling kernel. */
export interface PoolingAttributes extends ConvolutionAttributes {
  readonly filterSize: [number, number] | number;
}

/** The geometry of a pooling. */
export function poolingGeometry(input: readonly number[], attributes: PoolingAttributes): ConvolutionGeometry {
  const { filterSize, strides, pad, dilations = 1, dimRoundingMode } = attributes;
  return geometryOf(
    backend_util.computePool2DInfo([...input] as FourNumbers, filterSize, strides, dilations, pad, dimRoundingMode),
  );
}
