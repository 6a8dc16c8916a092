/** Every building block of @mfim/nn against PyTorch: value, gradients, and gradients of gradients. */
import '@tensorflow/tfjs';
import { poolForLosses } from '@mfim/losses-3dmm';
import * as tf from '@tensorflow/tfjs-core';
import {
  batchNorm,
  biasActivation,
  blur,
  equalizedConv2d,
  equalizedLinear,
  minibatchDeviation,
  modulatedConv2d,
  pixelNorm,
  registerSecondOrderGradients,
  residualUnit,
  squeezeExcite,
  upsample2d,
} from '@mfim/nn';
import type { ResidualUnitParameters } from '@mfim/nn';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TOLERANCE, fromTorch, parameterRole, readGoldenFile, relativeError, toTorch } from '../src/index.ts';
import type { Role } from '../src/index.ts';

type Parts = Readonly<Record<string, tf.Tensor>>;
type Operation = (parts: Parts) => tf.Tensor;

const part = (parts: Parts, name: string): tf.Tensor => parts[name] as tf.Tensor;

function modulated(demodulate: boolean, up: boolean): Operation {
  return (parts) => {
    const inputs = { x: part(parts, 'x'), weight: part(parts, 'weight'), style: part(parts, 'style') };
    return modulatedConv2d(inputs, { demodulate, up });
  };
}

const conv = (stride: number, padding: number): Operation => (parts) =>
  equalizedConv2d(part(parts, 'weight'), part(parts, 'x'), { stride, padding });

function nested(parts: Parts, prefix: string): Record<string, unknown> {
  const record: Record<string, unknown> = {};
  for (const [name, tensor] of Object.entries(parts)) {
    if (!name.startsWith(`${prefix}.`)) continue;
    const path = name.slice(prefix.length + 1).split('.');
    let node = record;
    for (const step of path.slice(0, -1)) node = (node[step] ??= {}) as Record<string, unknown>;
    node[path.at(-1) as string] = tensor;
  }
  return record;
}

const unit = (stride: 1 | 2): Operation => (parts) =>
  residualUnit(nested(parts, 'unit') as unknown as ResidualUnitParameters, part(parts, 'x'), stride);

const resize = (size: [number, number]): Operation => (parts) =>
  tf.image.resizeBilinear(part(parts, 'x') as tf.Tensor4D, size, true);

const squared = (parts: Parts): tf.Tensor => tf.square(part(parts, 'x'));

const OPERATIONS: Readonly<Record<string, Operation>> = {
  'pixel-norm': (parts) => pixelNorm(part(parts, 'x')),
  linear: (parts) => equalizedLinear({ weight: part(parts, 'weight'), bias: part(parts, 'bias') }, part(parts, 'x'), 0.01),
  'bias-activation': (parts) => biasActivation(tf.mul(squared(parts), part(parts, 'x')), part(parts, 'bias')),
  'leaky-relu': (parts) => tf.leakyRelu(tf.sub(squared(parts), 0.7), 0.01),
  prelu: (parts) => tf.prelu(part(parts, 'x'), part(parts, 'slope')),
  'blur-2-2': (parts) => blur(squared(parts), { padding: [2, 2] }),
  'blur-1-1': (parts) => blur(squared(parts), { padding: [1, 1] }),
  'blur-1-1-gain-4': (parts) => blur(part(parts, 'x'), { padding: [1, 1], gain: 4 }),
  upsample: (parts) => upsample2d(squared(parts)),
  'conv-3x3': conv(1, 1),
  'conv-3x3-down': conv(2, 0),
  'conv-1x1': conv(1, 0),
  'conv-1x1-down': conv(2, 0),
  modulated: modulated(true, false),
  'modulated-plain': modulated(false, false),
  'modulated-up': modulated(true, true),
  'modulated-to-rgb': modulated(false, false),
  'minibatch-deviation-1': (parts) => minibatchDeviation(tf.mul(part(parts, 'x'), 2)),
  'minibatch-deviation-3': (parts) => minibatchDeviation(part(parts, 'x')),
  'minibatch-deviation-8': (parts) => minibatchDeviation(part(parts, 'x')),
  'batch-norm': (parts) => batchNorm(nested(parts, 'norm') as never, part(parts, 'x')),
  'squeeze-excite': (parts) => squeezeExcite(nested(parts, 'gate') as never, part(parts, 'x')),
  'unit-same': unit(1),
  'unit-same-down': unit(2),
  'unit-wider-down': unit(2),
  'resize-corners-up': resize([8, 8]),
  'resize-corners-uneven': resize([7, 11]),
  'average-pool-4': (parts) => poolForLosses(part(parts, 'x'), 2),
};

const file = readGoldenFile('operations');

function roleOf(name: string, shape: readonly number[]): Role {
  if (name === 'style') return 'same';
  if (name === 'x' || name === 'y') return shape.length === 4 ? 'image' : 'same';
  return parameterRole({ shape });
}

/** The inputs of one case, and its scalar as a function of those that have a gradient. */
function caseOf(name: string, operation: Operation) {
  const inputs = [...file.of('input')].filter(([key]) => key.startsWith(`${name}/`));
  const parts = new Map(inputs.map(([key, tensor]) => {
    const short = key.slice(name.length + 1);
    return [short, fromTorch(tensor, roleOf(short, tensor.shape))];
  }));
  const varied = [...parts.keys()].filter((key) => file.all.has(`gradient.${name}/${key}`));
  const probe = file.get('probe', `${name}/y`);
  const weights = fromTorch(probe, roleOf('y', probe.shape));
  const apply = (tensors: readonly tf.Tensor[]): tf.Tensor => {
    const own = new Map(varied.map((key, index) => [key, tensors[index] as tf.Tensor]));
    return operation(Object.fromEntries([...parts].map(([key, tensor]) => [key, own.get(key) ?? tensor])));
  };
  const scalar = (tensors: readonly tf.Tensor[]): tf.Scalar => tf.sum(tf.mul(apply(tensors), weights));
  return { varied, start: varied.map((key) => parts.get(key) as tf.Tensor), apply, scalar };
}

function expectGradients(kind: 'gradient' | 'second', name: string, gradients: ReadonlyMap<string, tf.Tensor>): void {
  for (const [key, gradient] of gradients) {
    const golden = file.get(kind, `${name}/${key}`);
    const error = relativeError(toTorch(gradient, roleOf(key, golden.shape)), golden);
    expect(error, `${kind} of ${name} by ${key}`).toBeLessThan(TOLERANCE.gradient);
  }
}

beforeAll(async () => {
  await tf.setBackend('cpu');
  registerSecondOrderGradients();
  tf.engine().startScope();
});
afterAll(() => tf.engine().endScope());

test('the file and this table name the same operations', () => {
  expect(Object.keys(OPERATIONS)).toEqual(file.config['cases']);
});

describe.each(Object.entries(OPERATIONS))('%s', (name, operation) => {
  test('value and gradients', () => {
    const { varied, start, apply, scalar } = caseOf(name, operation);
    const golden = file.get('output', `${name}/y`);
    expect(relativeError(toTorch(apply(start), roleOf('y', golden.shape)), golden)).toBeLessThan(TOLERANCE.value);
    const gradients = tf.grads((...tensors: tf.Tensor[]) => scalar(tensors))(start);
    expectGradients('gradient', name, new Map(varied.map((key, index) => [key, gradients[index] as tf.Tensor])));
  });

  if (!(file.config['second'] as string[]).includes(name)) return;
  test('second order', () => {
    const { varied, start, scalar } = caseOf(name, operation);
    const penalty = (...tensors: tf.Tensor[]): tf.Scalar => {
      const gradients = tf.grads((...inner: tf.Tensor[]) => scalar(inner))(tensors);
      return gradients.map((gradient) => tf.sum(tf.square(gradient))).reduce((sum, each) => tf.add(sum, each)) as tf.Scalar;
    };
    const golden = file.get('output', `${name}/penalty`);
    expect(relativeError(toTorch(penalty(...start), 'same'), golden)).toBeLessThan(TOLERANCE.value);
    const gradients = tf.grads(penalty)(start);
    expectGradients('second', name, new Map(varied.map((key, index) => [key, gradients[index] as tf.Tensor])));
  });
});
