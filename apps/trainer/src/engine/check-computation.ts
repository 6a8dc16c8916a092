/**
 * The computation that proves an engine: a 3x3 convolution of a 4x4 image, everything ones, with numbers known beforehand.
 * The outputs are nines; each kernel entry has gradient 4, the number of outputs. R1 needs a gradient of a gradient: the
 * image's gradient is the outer product of [1 2 2 1] with itself, its squares sum to 100, and the derivative of that sum by
 * kernel entry (i, j) is 2 s_i s_j with s = [3 4 3].
 */
import * as tf from '@tensorflow/tfjs-core';
import { InternalError } from '@mfim/tensor-contracts';
import type { RuntimeOptions } from '@mfim/tfjs-onnx';
import { performer } from './performer.ts';

const IMAGE_SIDE = 4;
const KERNEL_SIDE = 3;
const OUTPUT_ENTRIES = (IMAGE_SIDE - KERNEL_SIDE + 1) ** 2;
const WINDOW_SUMS = [3, 4, 3];
/** All values are whole numbers, exact in float32; TensorFloat-32 and software GPUs stay within this. */
const TOLERANCE = 1e-3;

const constant = (count: number, value: number): number[] => Array.from({ length: count }, () => value);
const convolve = (image: tf.Tensor, kernel: tf.Tensor): tf.Tensor => tf.conv2d(image as tf.Tensor4D, kernel as tf.Tensor4D, 1, 'valid');

/** Squared length of the image's gradient, as in R1. */
function gradientPenalty(image: tf.Tensor, kernel: tf.Tensor): tf.Tensor {
  const gradient = tf.grad((value) => tf.sum(convolve(value, kernel)))(image);
  return tf.sum(tf.square(gradient));
}

type Operands = Readonly<Record<string, tf.Tensor>>;

interface Case {
  readonly what: string;
  readonly compute: (operands: Operands) => tf.Tensor;
  readonly expected: readonly number[];
}

const imageOf = ({ image }: Operands): tf.Tensor => image as tf.Tensor;
const kernelOf = ({ kernel }: Operands): tf.Tensor => kernel as tf.Tensor;
const ENTRIES = KERNEL_SIDE ** 2;

const CASES: readonly Case[] = [
  { what: 'a convolution', compute: (operands) => convolve(imageOf(operands), kernelOf(operands)), expected: constant(OUTPUT_ENTRIES, ENTRIES) },
  {
    what: 'its gradient',
    compute: (operands) => tf.grad((value) => tf.sum(convolve(imageOf(operands), value)))(kernelOf(operands)),
    expected: constant(ENTRIES, OUTPUT_ENTRIES),
  },
  {
    what: 'the gradient of a gradient',
    compute: (operands) => tf.grad((value) => gradientPenalty(imageOf(operands), value))(kernelOf(operands)),
    expected: WINDOW_SUMS.flatMap((row) => WINDOW_SUMS.map((column) => 2 * row * column)),
  },
];

/**
 * @param compiler of an engine that compiles; absent: the active backend is checked
 * @throws InternalError that names the first wrong result: the engine must not be trained on
 */
export async function checkComputation(compiler?: RuntimeOptions): Promise<void> {
  const operands = { image: tf.ones([1, IMAGE_SIDE, IMAGE_SIDE, 1]), kernel: tf.ones([KERNEL_SIDE, KERNEL_SIDE, 1, 1]) };
  const perform = performer(compiler);
  for (const { what, compute, expected } of CASES) {
    const { result } = await perform(what, (inputs) => ({ result: compute(inputs) }))(operands);
    const values = [...((await result?.data()) ?? [])];
    result?.dispose();
    const right = values.length === expected.length && values.every((value, index) => Math.abs(value - (expected[index] ?? Number.NaN)) < TOLERANCE);
    if (!right) throw wrong(what, expected, values);
  }
  tf.dispose(operands);
}

function wrong(what: string, expected: readonly number[], values: readonly number[]): InternalError {
  return new InternalError({
    where: `${tf.getBackend()}: ${what}`,
    expected: `[${expected.join(', ')}]`,
    got: `[${values.join(', ')}]`,
    remedy: 'do not train on this engine; choose another one, or another version of its library',
  });
}
