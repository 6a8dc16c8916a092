/**
 * Kernels for the backend `tensorflow` that tfjs-node does not have, or makes of many operations although TensorFlow has one:
 * gradients of activations (see `activation-gradients.ts` of @mfim/nn), PReLU, sums over all but the channels, products of two
 * matrices, gradients of convolutions whose padding is given; and reshaping, whose sizes tfjs-node copies anew at every call.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { KernelFunc, NamedAttrMap, TensorInfo } from '@tensorflow/tfjs-core';
import { floatType } from './tensorflow-backend.ts';
import type { Backend, OperationAttribute } from './tensorflow-backend.ts';
import { biasedReluKernel } from './tensorflow-biased-relu.ts';
import { constantTensor } from './tensorflow-constants.ts';

const BACKEND = 'tensorflow';
const MATRIX = 2;

interface Call {
  readonly inputs: Readonly<Record<string, TensorInfo>>;
  readonly backend: unknown;
  readonly attrs?: NamedAttrMap;
}

/** A shape as TensorFlow reads it. */
const sizesOf = (shape: readonly number[]): tf.Tensor1D => constantTensor(`sizes ${shape.join()}`, () => tf.tensor1d(shape.slice(), 'int32'));

/** TensorFlow's gradients take the upper gradient first, then what the activation read. */
function activationGradient(operation: string): KernelFunc {
  return (({ inputs: { dy, x }, backend, attrs = {} }: Call) => {
    const native = backend as Backend;
    const alpha = attrs['alpha'] === undefined ? [] : [{ name: 'alpha', type: native.binding.TF_ATTR_FLOAT, value: attrs['alpha'] }];
    return native.executeSingleOutput(operation, [...alpha, floatType(native)], [dy as TensorInfo, x as TensorInfo]);
  }) as unknown as KernelFunc;
}

/** Of slopes up to 1, as they nearly always are, the larger of x and its product with them: a pass less. */
const prelu: KernelFunc = ((({ inputs }: Call) =>
  tf.tidy(() => {
    const { x, alpha } = inputs as unknown as Readonly<Record<'x' | 'alpha', tf.Tensor>>;
    const steep = (alpha.dataSync() as Float32Array).some((slope) => !(slope <= 1));
    return steep ? tf.where(tf.greater(x, 0), x, tf.mul(x, alpha)) : tf.maximum(x, tf.mul(x, alpha));
  })) as unknown) as KernelFunc;

/** The gradient of a bias is such a sum, and TensorFlow's operation for it takes half the time of a reduction. */
function sumsOverPixels(call: Call): boolean {
  const { shape, dtype } = call.inputs['x'] as TensorInfo;
  const { axis, keepDims = false } = call.attrs as never as { readonly axis: number | number[]; readonly keepDims?: boolean };
  const axes = tf.util.parseAxisParam(axis, shape);
  return dtype === 'float32' && !keepDims && shape.length > 1 && axes.length === shape.length - 1 && !axes.includes(shape.length - 1);
}

function sum(otherwise: KernelFunc): KernelFunc {
  return ((call: Call) => {
    if (!sumsOverPixels(call)) return otherwise(call as never);
    const native = call.backend as Backend;
    const layout = { name: 'data_format', type: native.binding.TF_ATTR_STRING, value: 'NHWC' };
    return native.executeSingleOutput('BiasAddGrad', [floatType(native), layout], [call.inputs['x'] as TensorInfo]);
  }) as unknown as KernelFunc;
}

/** Two matrices, and which of them are transposed. */
interface Product {
  readonly a: TensorInfo;
  readonly b: TensorInfo;
  readonly transposeA: boolean;
  readonly transposeB: boolean;
}

function productOf(native: Backend, { a, b, transposeA, transposeB }: Product): TensorInfo {
  const { TF_ATTR_BOOL } = native.binding;
  const sides = [{ name: 'transpose_a', type: TF_ATTR_BOOL, value: transposeA }, { name: 'transpose_b', type: TF_ATTR_BOOL, value: transposeB }];
  return native.executeSingleOutput('MatMul', [floatType(native), ...sides], [a, b]);
}

/** tfjs-node takes the operation for batches, which needs five times as long for small matrices. */
function matMul(otherwise: KernelFunc): KernelFunc {
  return ((call: Call) => {
    const { a, b } = call.inputs as Readonly<Record<'a' | 'b', TensorInfo>>;
    if (a.shape.length !== MATRIX || b.shape.length !== MATRIX || a.dtype !== 'float32' || b.dtype !== 'float32') return otherwise(call as never);
    return productOf(call.backend as Backend, { a, b, ...(call.attrs as never as Pick<Product, 'transposeA' | 'transposeB'>) });
  }) as unknown as KernelFunc;
}

/** The filter's gradient of a convolution of single pixels is one product of matrices, in two thirds of the time. */
function pixelFilterGradient(otherwise: KernelFunc): KernelFunc {
  return ((call: Call) => {
    const { strides, filterShape } = call.attrs as never as { readonly strides: number | readonly number[]; readonly filterShape: readonly number[] };
    const [height, width, inputs, outputs] = filterShape as FourNumbers;
    const { x, dy } = call.inputs as Readonly<Record<'x' | 'dy', tf.Tensor>>;
    const isOfPixels = height === 1 && width === 1 && [strides].flat().every((step) => step === 1) && x.shape[1] === dy.shape[1] && x.shape[2] === dy.shape[2];
    if (!isOfPixels || x.dtype !== 'float32') return otherwise(call as never);
    return tf.tidy(() => {
      const [a, b] = [tf.reshape(x, [-1, inputs]), tf.reshape(dy, [-1, outputs])];
      return tf.reshape(productOf(call.backend as Backend, { a, b, transposeA: true, transposeB: false }) as tf.Tensor, filterShape.slice());
    });
  }) as unknown as KernelFunc;
}

function reshape(otherwise: KernelFunc): KernelFunc {
  return ((call: Call) => {
    const x = call.inputs['x'] as TensorInfo;
    const { shape } = call.attrs as never as { readonly shape: readonly number[] };
    if (x.dtype !== 'float32') return otherwise(call as never);
    const native = call.backend as Backend;
    const { TF_ATTR_TYPE, TF_INT32 } = native.binding;
    return native.executeSingleOutput('Reshape', [floatType(native), { name: 'Tshape', type: TF_ATTR_TYPE, value: TF_INT32 }], [x, sizesOf(shape)]);
  }) as unknown as KernelFunc;
}

type ConvolutionInfo = ReturnType<typeof tf.backend_util.computeConv2DInfo>;

function convolutionAttributes(native: Backend, { strideHeight, strideWidth, dilationHeight, dilationWidth, padInfo }: ConvolutionInfo): readonly OperationAttribute[] {
  const { TF_ATTR_INT, TF_ATTR_STRING } = native.binding;
  const { type: padding, top, bottom, left, right } = padInfo;
  return [
    floatType(native),
    { name: 'strides', type: TF_ATTR_INT, value: [1, strideHeight, strideWidth, 1] },
    { name: 'dilations', type: TF_ATTR_INT, value: [1, dilationHeight, dilationWidth, 1] },
    { name: 'data_format', type: TF_ATTR_STRING, value: 'NHWC' },
    { name: 'padding', type: TF_ATTR_STRING, value: padding },
    ...(padding === 'EXPLICIT' ? [{ name: 'explicit_paddings', type: TF_ATTR_INT, value: [0, 0, top, bottom, left, right, 0, 0] }] : []),
  ];
}

type FourNumbers = [number, number, number, number];

interface ConvolutionShapes {
  readonly input: readonly number[];
  readonly filter: readonly number[];
}

/** tfjs-node's leave out the amounts of an explicit padding, or refuse it. */
function convolutionGradient(operation: string, shapesOf: (call: Call) => ConvolutionShapes, inputsOf: (inputs: Call['inputs'], sizes: tf.Tensor) => readonly TensorInfo[]): KernelFunc {
  return ((call: Call) => {
    const { strides, dilations = 1, pad, dimRoundingMode } = call.attrs as never as { strides: number; dilations?: number; pad: number; dimRoundingMode: 'floor' };
    const { input, filter } = shapesOf(call);
    const info = tf.backend_util.computeConv2DInfo(input as FourNumbers, filter as FourNumbers, strides, dilations, pad, dimRoundingMode, operation.startsWith('Depthwise'));
    const native = call.backend as Backend;
    const sizes = sizesOf(operation.endsWith('Input') ? input : filter);
    return native.executeSingleOutput(operation, convolutionAttributes(native, info), inputsOf(call.inputs, sizes));
  }) as unknown as KernelFunc;
}

function inputGradient(operation: string): KernelFunc {
  return convolutionGradient(
    operation,
    ({ inputs, attrs }) => ({ input: attrs?.['inputShape'] as number[], filter: (inputs['filter'] as TensorInfo).shape }),
    ({ dy, filter }, sizes) => [sizes, filter as TensorInfo, dy as TensorInfo],
  );
}

function filterGradient(operation: string): KernelFunc {
  return convolutionGradient(
    operation,
    ({ inputs, attrs }) => ({ input: (inputs['x'] as TensorInfo).shape, filter: attrs?.['filterShape'] as number[] }),
    ({ x, dy }, sizes) => [x as TensorInfo, sizes, dy as TensorInfo],
  );
}

const KERNELS: Readonly<Record<string, KernelFunc>> = {
  ReluGrad: activationGradient('ReluGrad'),
  Relu6Grad: activationGradient('Relu6Grad'),
  LeakyReluGrad: activationGradient('LeakyReluGrad'),
  Prelu: prelu,
  BiasedRelu: biasedReluKernel,
  ...Object.fromEntries(['Conv2DBackpropInput', 'DepthwiseConv2dNativeBackpropInput'].map((name) => [name, inputGradient(name)])),
  Conv2DBackpropFilter: pixelFilterGradient(filterGradient('Conv2DBackpropFilter')),
  DepthwiseConv2dNativeBackpropFilter: filterGradient('DepthwiseConv2dNativeBackpropFilter'),
};

/** tfjs-node's own. */
function shipped(name: string): KernelFunc {
  return tf.getKernel(name, BACKEND).kernelFunc;
}

/** Registers them, in the place of tfjs-node's where it has one. Call it once, when the backend is registered. */
export function registerTensorflowKernels(): void {
  for (const [kernelName, kernelFunc] of Object.entries({ ...KERNELS, Sum: sum(shipped('Sum')), BatchMatMul: matMul(shipped('BatchMatMul')), Reshape: reshape(shipped('Reshape')) })) {
    if (tf.getKernel(kernelName, BACKEND) !== undefined) tf.unregisterKernel(kernelName, BACKEND);
    tf.registerKernel({ kernelName, backendName: BACKEND, kernelFunc });
  }
}
