/**
 * The kernel `BiasedRelu` of @mfim/nn for the backend `tensorflow`: oneDNN's normalisation with a ReLU in it, mean 0 and deviation 1,
 * is one pass over an image where an addition and a ReLU are two. On other builds of TensorFlow, and on GPUs, those two.
 */
import * as tf from '@tensorflow/tfjs-core';
import type { KernelFunc, TensorInfo } from '@tensorflow/tfjs-core';
import type { Backend, OperationAttribute } from './tensorflow-backend.ts';
import { floatType } from './tensorflow-backend.ts';
import { constantTensor } from './tensorflow-constants.ts';

const OPERATION = '_MklNativeFusedBatchNormEx';
const OUTPUTS = 6;
/** Added to the variance: 1 - EPSILON + EPSILON is 1 in float32 too. */
const EPSILON = 1 / 1024;
const PIXELS_RANK = 4;

function attributes(native: Backend): readonly OperationAttribute[] {
  const { TF_ATTR_BOOL, TF_ATTR_FLOAT, TF_ATTR_INT, TF_ATTR_STRING } = native.binding;
  return [
    floatType(native),
    { ...floatType(native), name: 'U' },
    { name: 'epsilon', type: TF_ATTR_FLOAT, value: EPSILON },
    { name: 'exponential_avg_factor', type: TF_ATTR_FLOAT, value: 1 },
    { name: 'data_format', type: TF_ATTR_STRING, value: 'NHWC' },
    { name: 'is_training', type: TF_ATTR_BOOL, value: false },
    { name: 'num_side_inputs', type: TF_ATTR_INT, value: 0 },
    { name: 'activation_mode', type: TF_ATTR_STRING, value: 'Relu' },
    // Kernels of oneDNN are registered under this label.
    { name: '_kernel', type: TF_ATTR_STRING, value: 'MklNameChangeOp' },
  ];
}

function inOnePass(native: Backend, x: TensorInfo, bias: TensorInfo): TensorInfo {
  const channels = bias.shape[0] as number;
  const filled = (value: number): tf.Tensor1D => constantTensor(`${channels} of ${value}`, () => tf.tensor1d(new Float32Array(channels).fill(value)));
  const inputs = [x, filled(1), bias, filled(0), filled(1 - EPSILON)];
  const [result, ...others] = native.executeMultipleOutputs(OPERATION, attributes(native), inputs, OUTPUTS);
  tf.dispose(others as tf.Tensor[]);
  return result as TensorInfo;
}

let isOffered: boolean | undefined;

/** Whether this TensorFlow has the operation: it is tried once. */
function offers(native: Backend): boolean {
  if (isOffered !== undefined) return isOffered;
  try {
    const found = tf.tidy(() => (inOnePass(native, tf.tensor4d([[[[1, 1]]]]), tf.tensor1d([1, -2])) as tf.Tensor).dataSync());
    isOffered = found[0] === 2 && found[1] === 0;
  } catch {
    isOffered = false;
  }
  return isOffered;
}

/** Inputs `x` [batch, height, width, channels] and `bias` [channels]. */
export const biasedReluKernel: KernelFunc = (({ inputs: { x, bias }, backend }: { readonly inputs: Readonly<Record<'x' | 'bias', tf.Tensor>>; readonly backend: Backend }) => {
  if (backend.isUsingGpuDevice || x.shape.length !== PIXELS_RANK || !offers(backend)) return tf.tidy(() => tf.relu(tf.add(x, bias)));
  return inOnePass(backend, x, bias);
}) as unknown as KernelFunc;
