/** The generator of @mfim/stylegan against PyTorch: mapping, truncation, affine layers, synthesis. */
import '@tensorflow/tfjs';
import { mapKeys } from '@mfim/checkpoints';
import type { KeyPair } from '@mfim/checkpoints';
import { fillParameters, flattenParameters, flattenSpecs, registerSecondOrderGradients } from '@mfim/nn';
import type { ParameterTree } from '@mfim/nn';
import { NVIDIA_GENERATOR_KEYS, affineStyles, generatorSpec, mapLatent, synthesize, truncate } from '@mfim/stylegan';
import type { GeneratorParameters } from '@mfim/stylegan';
import { styleTable } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TOLERANCE, fromTorch, readGoldenFile, relativeError, toTorch } from '../src/index.ts';
import type { GoldenFile } from '../src/index.ts';
import { inOurLayout, scalarOf, sizesOf, zeros } from './network-under-test.ts';

function generatorOf(file: GoldenFile) {
  const { resolution, plan, latent } = sizesOf(file);
  const table = styleTable(resolution, plan);
  const spec = generatorSpec(table, latent);
  const keys = new Map(mapKeys(NVIDIA_GENERATOR_KEYS, flattenSpecs(spec).keys()).map((pair) => [pair.ours, pair]));
  const parameters: GeneratorParameters = fillParameters(spec, (name, { shape }) => {
    const { theirs, layout } = keys.get(name) as KeyPair;
    const golden = file.of('parameter').get(theirs);
    return golden === undefined ? zeros(shape) : inOurLayout(golden, layout);
  });
  return { table, spec, keys, parameters };
}

/** Gradients by every parameter that the file knows, compared in our layout. */
function expectParameterGradients(file: GoldenFile, scalar: (parameters: GeneratorParameters) => tf.Scalar): void {
  const { spec, keys, parameters } = generatorOf(file);
  const flat = flattenParameters(parameters as unknown as ParameterTree);
  const goldens = file.of('gradient');
  const varied = [...flat.keys()].filter((name) => goldens.has((keys.get(name) as KeyPair).theirs));
  const gradients = tf.grads((...tensors: tf.Tensor[]) => {
    const own = new Map(varied.map((name, index) => [name, tensors[index] as tf.Tensor]));
    return scalar(fillParameters(spec, (name) => own.get(name) ?? flat.get(name)));
  })(varied.map((name) => flat.get(name) as tf.Tensor));
  varied.forEach((name, index) => {
    const { theirs, layout } = keys.get(name) as KeyPair;
    const golden = inOurLayout(file.get('gradient', theirs), layout);
    const error = relativeError(toTorch(gradients[index] as tf.Tensor, 'same'), toTorch(golden, 'same'));
    expect(error, `gradient by ${name}`).toBeLessThan(TOLERANCE.gradient);
  });
  const inputs = [...file.of('input').keys()].length;
  expect(varied.length).toBe(goldens.size - inputs);
}

beforeAll(async () => {
  await tf.setBackend('cpu');
  registerSecondOrderGradients();
  tf.engine().startScope();
});
afterAll(() => tf.engine().endScope());

const mappingFile = readGoldenFile('mapping');
const psi = mappingFile.config['psi'] as number;

function stylesOf(parameters: GeneratorParameters, z: tf.Tensor) {
  const w = mapLatent(parameters.mapping, z);
  const truncated = truncate(w, parameters.mapping.mean, psi);
  const codes = affineStyles(parameters.affines, styleTable(sizesOf(mappingFile).resolution, sizesOf(mappingFile).plan), [truncated]);
  return { w, truncated, codes };
}

function codesByName(codes: readonly tf.Tensor[]): ReadonlyMap<string, tf.Tensor> {
  const { table } = generatorOf(mappingFile);
  return new Map(table.entries.map(({ name, index }) => [name, codes[index] as tf.Tensor]));
}

test('mapping, truncation and affine layers give the same w and style codes', () => {
  const { parameters } = generatorOf(mappingFile);
  const { w, truncated, codes } = stylesOf(parameters, fromTorch(mappingFile.get('input', 'z'), 'same'));
  const outputs = new Map([['w', w], ['truncated', truncated], ...codesByName(codes)]);
  expect([...outputs.keys()].toSorted()).toEqual([...mappingFile.of('output').keys()].toSorted());
  for (const [name, output] of outputs) {
    const error = relativeError(toTorch(output, 'same'), mappingFile.get('output', name));
    expect(error, name).toBeLessThan(TOLERANCE.value);
  }
});

test('mapping and affine layers have the same gradients', () => {
  const z = fromTorch(mappingFile.get('input', 'z'), 'same');
  const scalar = (parameters: GeneratorParameters, latent: tf.Tensor): tf.Scalar =>
    scalarOf(mappingFile, codesByName(stylesOf(parameters, latent).codes), 'same');
  expectParameterGradients(mappingFile, (parameters) => scalar(parameters, z));
  const { parameters } = generatorOf(mappingFile);
  const gradient = tf.grad((latent: tf.Tensor) => scalar(parameters, latent))(z);
  expect(relativeError(toTorch(gradient, 'same'), mappingFile.get('gradient', 'z'))).toBeLessThan(TOLERANCE.gradient);
});

const synthesisFile = readGoldenFile('synthesis');

/** Inputs of the synthesis network in a fixed order: codes in table order, then maps by noise index. */
function synthesisInputs() {
  const { table } = generatorOf(synthesisFile);
  const codes = table.entries.map(({ name }) => fromTorch(synthesisFile.get('input', `code.${name}`), 'same'));
  const mapped = table.noises.filter(({ name }) => synthesisFile.all.has(`input.map.${name}`));
  const maps = mapped.map(({ name }) => fromTorch(synthesisFile.get('input', `map.${name}`), 'image'));
  return { table, codes, mapped, maps };
}

function draw(parameters: GeneratorParameters, tensors: readonly tf.Tensor[]) {
  const { table, mapped } = synthesisInputs();
  const codes = tensors.slice(0, table.entries.length);
  const maps = new Map(mapped.map(({ index }, position) => [index, tensors[table.entries.length + position] as tf.Tensor]));
  return synthesize(parameters.synthesis, table, { codes, maps });
}

function imageScalar(parameters: GeneratorParameters, tensors: readonly tf.Tensor[]): tf.Scalar {
  const { table } = synthesisInputs();
  return scalarOf(synthesisFile, new Map([[`image.${table.resolution}`, draw(parameters, tensors).image]]), 'image');
}

test('synthesis gives the same skip image at every resolution', () => {
  const { codes, maps } = synthesisInputs();
  const { images } = draw(generatorOf(synthesisFile).parameters, [...codes, ...maps]);
  expect(images.size).toBe(synthesisFile.of('output').size);
  for (const [resolution, image] of images) {
    const error = relativeError(toTorch(image, 'image'), synthesisFile.get('output', `image.${resolution}`));
    expect(error, `image at ${resolution}`).toBeLessThan(TOLERANCE.value);
  }
});

test('synthesis has the same gradients by style codes and style maps', () => {
  const { table, codes, mapped, maps } = synthesisInputs();
  const { parameters } = generatorOf(synthesisFile);
  const gradients = tf.grads((...tensors: tf.Tensor[]) => imageScalar(parameters, tensors))([...codes, ...maps]);
  const names = [...table.entries.map(({ name }) => `code.${name}`), ...mapped.map(({ name }) => `map.${name}`)];
  names.forEach((name, index) => {
    const actual = toTorch(gradients[index] as tf.Tensor, name.startsWith('map') ? 'image' : 'same');
    expect(relativeError(actual, synthesisFile.get('gradient', name)), name).toBeLessThan(TOLERANCE.gradient);
  });
});

test('synthesis has the same gradients by every parameter', () => {
  const { codes, maps } = synthesisInputs();
  expectParameterGradients(synthesisFile, (parameters) => imageScalar(parameters, [...codes, ...maps]));
});
