/** Networks whose weights users bring, narrow and with random weights under their origins' names, against PyTorch. */
import '@tensorflow/tfjs';
import { fromTheirs } from '@mfim/checkpoints';
import type { KeyMap } from '@mfim/checkpoints';
import { INCEPTION_KEY_MAP, SIX_D_REP_NET_KEY_MAPS, inception, inceptionParameters, inceptionSpec, sixDRepNet, sixDRepNetParameters, sixDRepNetSpec } from '@mfim/metrics';
import type { RepVggForm, RepVggSize } from '@mfim/metrics';
import { BATCH_COUNTERS, RES_NET_PLACEHOLDERS, flattenSpecs, irSeNet, irSeNetKeyMap, irSeNetParameters, irSeNetSpec } from '@mfim/nn';
import { lpips, resNet, resNetParameters, resNetRules, resNetSpec } from '@mfim/nn';
import type { IrSeNetSize, LpipsParameters, ResNetSize, SpecTree, WeightState } from '@mfim/nn';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TOLERANCE, fromTorch, readGoldenFile, relativeError, toTorch } from '../src/index.ts';
import type { GoldenFile, Role } from '../src/index.ts';
import { scalarOf } from './network-under-test.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
  tf.engine().startScope();
});
afterAll(() => tf.engine().endScope());

/** A narrow network's parameters under our names. */
function imported(file: GoldenFile, map: KeyMap, spec: SpecTree): WeightState {
  return fromTheirs(file.of('parameter'), map, flattenSpecs(spec)).tensors;
}

function expectClose(file: GoldenFile, name: string, output: tf.Tensor, role: Role = 'same'): void {
  expect(relativeError(toTorch(output, role), file.get('output', name)), name).toBeLessThan(TOLERANCE.value);
}

/** Output and gradients by the named images of a network with one output. */
function compare(file: GoldenFile, output: string, images: readonly string[], network: (...inputs: tf.Tensor[]) => tf.Tensor): void {
  const gradients = tf.grads((...inputs: tf.Tensor[]) => {
    const result = network(...inputs);
    expectClose(file, output, result);
    return scalarOf(file, new Map([[output, result]]), 'same');
  })(images.map((name) => fromTorch(file.get('input', name), 'image')));
  for (const [index, name] of images.entries()) {
    const error = relativeError(toTorch(gradients[index] as tf.Tensor, 'image'), file.get('gradient', name));
    expect(error, `gradient by ${name}`).toBeLessThan(TOLERANCE.gradient);
  }
}

test('IR-SE net: embeddings and their gradient', () => {
  const file = readGoldenFile('ir-se-net');
  const size = file.config as unknown as IrSeNetSize;
  const positions = (size.side / 2 ** size.stages.length) ** 2;
  const parameters = irSeNetParameters(imported(file, irSeNetKeyMap(positions), irSeNetSpec(size)), size);
  compare(file, 'embedding', ['image'], (image) => irSeNet(parameters, image as tf.Tensor, size));
});

test('ResNet trunk: features and their gradient', () => {
  const file = readGoldenFile('res-net');
  const size = file.config as unknown as ResNetSize;
  const map = { origin: 'torchvision', rules: resNetRules('', ''), placeholders: RES_NET_PLACEHOLDERS, ignored: [BATCH_COUNTERS] };
  const parameters = resNetParameters(imported(file, map, resNetSpec(size)), size);
  compare(file, 'features', ['image'], (image) => resNet(parameters, image as tf.Tensor));
});

/** The trunk and heads of a narrow file, whose widths no specification knows. */
function narrowLpips(file: GoldenFile, trunk: 'alex' | 'vgg'): LpipsParameters {
  const tensors = [...file.of('parameter')];
  const layers = tensors.filter(([name]) => name.startsWith('features.')).map(([name]) => /\d+/.exec(name)?.[0] as string);
  const convolution = (layer: string) => ({
    kernel: fromTorch(file.get('parameter', `features.${layer}.weight`), 'kernel') as tf.Tensor4D,
    bias: fromTorch(file.get('parameter', `features.${layer}.bias`), 'same') as tf.Tensor1D,
  });
  const convolutions = Object.fromEntries(layers.map((layer) => [`conv${layer}`, convolution(layer)]));
  const heads = tensors.filter(([name]) => name.startsWith('lin')).map(([, { data }], tap) => [`tap${tap}`, tf.tensor2d(data, [data.length, 1])]);
  return { trunk: trunk === 'alex' ? { alex: convolutions } : { vgg: convolutions }, heads: Object.fromEntries(heads) as LpipsParameters['heads'] };
}

describe.each(['alex', 'vgg'] as const)('LPIPS-%s', (trunk) => {
  test('distances and their gradients', () => {
    const file = readGoldenFile(`lpips-${trunk}`);
    const parameters = narrowLpips(file, trunk);
    compare(file, 'distance', ['first', 'second'], (first, second) => lpips(parameters, first as tf.Tensor, second as tf.Tensor));
  });
});

test('Inception: features', () => {
  const file = readGoldenFile('inception');
  const divide = file.config['divide'] as number;
  const parameters = inceptionParameters(imported(file, INCEPTION_KEY_MAP, inceptionSpec(divide)), divide);
  expectClose(file, 'features', inception(parameters, fromTorch(file.get('input', 'image'), 'image')));
});

test.each(['trained', 'deployed'] as const)('6DRepNet, %s: rotations', (form: RepVggForm) => {
  const file = readGoldenFile('six-d-rep-net');
  const { square, ...size } = file.config as unknown as RepVggSize & { readonly square: number };
  const parameters = sixDRepNetParameters(imported(file, SIX_D_REP_NET_KEY_MAPS[form], sixDRepNetSpec(form, size)), form, size);
  const small = fromTorch(file.get('input', 'image'), 'image') as tf.Tensor4D;
  const large = tf.image.resizeNearestNeighbor(small, [small.shape[1] * square, small.shape[2] * square]);
  expectClose(file, 'rotation', sixDRepNet(parameters, large));
});
