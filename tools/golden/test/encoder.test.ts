/** The facial attribute encoder against PyTorch: latent maps, style codes, style maps, gradients. */
import '@tensorflow/tfjs';
import { encode, encoderSpec, latentMaps } from '@mfim/encoder';
import type { EncoderParameters } from '@mfim/encoder';
import { fillParameters, flattenParameters, flattenSpecs } from '@mfim/nn';
import type { ParameterTree } from '@mfim/nn';
import { styleTable } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TOLERANCE, fromTorch, parameterRole, readGoldenFile, relativeError, toTorch } from '../src/index.ts';
import { encoderConfigOf, scalarOf, sizesOf } from './network-under-test.ts';

beforeAll(async () => {
  await tf.setBackend('cpu');
  tf.engine().startScope();
});
afterAll(() => tf.engine().endScope());

// Trunks by level with style maps; trunks by W+ vector, the first for all, as in e4e.
describe.each(['encoder', 'encoder-latent'])('%s', (recipe) => {
  const file = readGoldenFile(recipe);
  const { resolution, plan } = sizesOf(file);
  const table = styleTable(resolution, plan);

  const config = encoderConfigOf(file.config);
  const spec = encoderSpec(config, table);
  const context = { config, table };

  function goldenParameters(): EncoderParameters {
    const parameters = file.of('parameter');
    return fillParameters(spec, (name) => {
      const golden = parameters.get(name);
      return golden === undefined ? undefined : fromTorch(golden, parameterRole(golden));
    });
  }

  const image = (): tf.Tensor => fromTorch(file.get('input', 'image'), 'image');

  /** Style codes and style maps by the golden file's names. */
  function encodings(parameters: EncoderParameters, input: tf.Tensor) {
    const { codes, maps } = encode(parameters, context, input);
    return {
      codes: new Map(table.entries.map(({ name, index }) => [`code.${name}`, codes[index] as tf.Tensor])),
      maps: new Map([...maps].map(([index, map]) => [`map.${table.noises[index]?.name}`, map])),
    };
  }

  function scalar(parameters: EncoderParameters, input: tf.Tensor): tf.Scalar {
    const { codes, maps } = encodings(parameters, input);
    const ofCodes = scalarOf(file, codes, 'same');
    return maps.size === 0 ? ofCodes : (tf.add(ofCodes, scalarOf(file, maps, 'image')) as tf.Scalar);
  }

  test('the same parameters by name and shape', () => {
    expect([...flattenSpecs(spec).keys()].toSorted()).toEqual([...file.of('parameter').keys()].toSorted());
  });

  test('the same latent maps, style codes and style maps', () => {
    const parameters = goldenParameters();
    for (const [size, latent] of latentMaps(parameters, config, image())) {
      const error = relativeError(toTorch(latent, 'image'), file.get('output', `latent.${size}`));
      expect(error, `latent map at ${size}`).toBeLessThan(TOLERANCE.value);
    }
    const { codes, maps } = encodings(parameters, image());
    expect(codes.size + maps.size + config.levels.length).toBe(file.of('output').size);
    for (const [name, code] of codes) {
      expect(relativeError(toTorch(code, 'same'), file.get('output', name)), name).toBeLessThan(TOLERANCE.value);
    }
    for (const [name, map] of maps) {
      expect(relativeError(toTorch(map, 'image'), file.get('output', name)), name).toBeLessThan(TOLERANCE.value);
    }
  });

  test('the same gradients by the image and by every trained parameter', () => {
    const flat = flattenParameters(goldenParameters() as unknown as ParameterTree);
    const varied = [...flat.keys()].filter((name) => file.all.has(`gradient.${name}`));
    expect(varied.length).toBe(file.of('gradient').size - 1);
    const [byImage, ...gradients] = tf.grads((input: tf.Tensor, ...tensors: tf.Tensor[]) => {
      const own = new Map(varied.map((name, index) => [name, tensors[index] as tf.Tensor]));
      return scalar(fillParameters(spec, (name) => own.get(name) ?? flat.get(name)), input);
    })([image(), ...varied.map((name) => flat.get(name) as tf.Tensor)]);
    expect(relativeError(toTorch(byImage as tf.Tensor, 'image'), file.get('gradient', 'image'))).toBeLessThan(TOLERANCE.gradient);
    varied.forEach((name, index) => {
      const golden = file.get('gradient', name);
      const error = relativeError(toTorch(gradients[index] as tf.Tensor, parameterRole(golden)), golden);
      expect(error, `gradient by ${name}`).toBeLessThan(TOLERANCE.gradient);
    });
  });
});
