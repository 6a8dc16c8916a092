/**
 * Runs a convolution and its gradient on the addon, in a process of its own (a mismatched library can crash Node), and
 * compares with numbers known beforehand: a 4x4 image and a 3x3 kernel of ones give 2x2 nines, and each kernel entry
 * has gradient 4.
 */
import { BuildError } from './build-error.ts';
import { runCommand } from './run-command.ts';

const CHECK_SCRIPT = `
const util = require('node:util');
util.isNullOrUndefined ??= (value) => value == null;
util.isArray ??= Array.isArray;
const tf = require(process.argv[1]);
const image = tf.ones([1, 4, 4, 1]);
const convolve = (kernel) => tf.conv2d(image, kernel, 1, 'valid');
const kernel = tf.ones([3, 3, 1, 1]);
const gradient = tf.grad((value) => tf.sum(convolve(value)))(kernel);
console.log(JSON.stringify({
  backend: tf.getBackend(),
  tensorflow: tf.backend().binding.TF_Version,
  convolution: [...convolve(kernel).dataSync()],
  gradient: [...gradient.dataSync()],
}));
`;

const KERNEL_ENTRIES = 9;
const OUTPUT_ENTRIES = 4;

interface CheckResult {
  readonly backend: string;
  readonly tensorflow: string;
  readonly convolution: readonly number[];
  readonly gradient: readonly number[];
}

/**
 * @param packageFolder - the tfjs-node package
 * @returns the version of the TensorFlow library that computed
 * @throws BuildError when the addon does not load or computes something else
 */
export async function verifyAddon(packageFolder: string): Promise<string> {
  const remedy = 'run again with --rebuild; if that fails, delete the cache folder and run again';
  const output = await runCommand({
    program: process.execPath,
    parameters: ['--input-type=commonjs', '-e', CHECK_SCRIPT, packageFolder],
    environment: { TF_CPP_MIN_LOG_LEVEL: '2' },
    remedy,
  });
  const result = JSON.parse(output.trim().split('\n').at(-1) ?? '{}') as CheckResult;
  const right =
    result.backend === 'tensorflow' &&
    isConstant(result.convolution, OUTPUT_ENTRIES, KERNEL_ENTRIES) &&
    isConstant(result.gradient, KERNEL_ENTRIES, OUTPUT_ENTRIES);
  if (!right) throw new BuildError(`the addon computed ${JSON.stringify(result)}`, remedy);
  return result.tensorflow;
}

function isConstant(values: readonly number[], count: number, constant: number): boolean {
  return values.length === count && values.every((value) => value === constant);
}
