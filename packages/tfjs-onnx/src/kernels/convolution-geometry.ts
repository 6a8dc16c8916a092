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

type FourNumbers = [number, number, number, number];

/**
 * Padding at both ends of an axis, tfjs's own being [begin, end]. Rounding up may read further than tfjs
 * pads; ONNX must then pad more to give the same number of outputs.
 */
function endPadding([begin, end]: readonly [number, number], input: number, reach: number): number {
  return Math.max(end, reach - input - begin);
}

function geometryOf(info: backend_util.Conv2DInfo): ConvolutionGeometry {
  const { top, left, bottom, right } = info.padInfo;
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
      endPadding([top, bottom], info.inHeight, reachHeight),
      endPadding([left, right], info.inWidth, reachWidth),
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
