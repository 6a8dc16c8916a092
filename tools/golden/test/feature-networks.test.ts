/** MobileFaceNet, LPIPS-squeeze and 3DDFA_V2's regressor with their published weights against PyTorch. */
import '@tensorflow/tfjs';
import { existsSync, readFileSync } from 'node:fs';
import { readPyTorch, subState, toFloat32State } from '@mfim/checkpoints';
import { coefficientNetwork, foldCoefficientNetwork, coefficientNetworkParameters, coefficientNetworkState, lpipsLoss, threeDdfaRegressor } from '@mfim/losses-3dmm';
import { lpips, lpipsParameters, mobileFaceNet, mobileFaceNetParameters, squeezeNetTaps } from '@mfim/nn';
import type { WeightState } from '@mfim/nn';
import type { FaceCoefficients, HostTensor } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { TOLERANCE, fromTorch, readGoldenFile, relativeError, toTorch } from '../src/index.ts';
import { scalarOf } from './network-under-test.ts';

const WEIGHTS = new URL('../../../../shared/data/weights/', import.meta.url);
const absent = !existsSync(WEIGHTS);
const why = absent ? ' (skipped: the published weights are not in ../shared/data beside the repository)' : '';

const stateOf = (path: string): WeightState => toFloat32State(readPyTorch(readFileSync(new URL(path, WEIGHTS))).tensors);

/** Channels of a tap that the file keeps: every seventh. */
const KEPT_STRIDE = 7;

/** Every pixel as a square of `side`; its gradient sums over the square. */
function enlarge(image: tf.Tensor, side: number): tf.Tensor {
  const [batch, height, width, channels] = image.shape as [number, number, number, number];
  const columns = tf.concat(Array.from({ length: side }, () => tf.expandDims(image, 3)), 3);
  const wide = tf.reshape(columns, [batch, height, 1, width * side, channels]);
  const rows = tf.concat(Array.from({ length: side }, () => wide), 2);
  return tf.reshape(rows, [batch, height * side, width * side, channels]);
}

beforeAll(async () => {
  await tf.setBackend('cpu');
  tf.engine().startScope();
});
afterAll(() => tf.engine().endScope());

describe.skipIf(absent)(`MobileFaceNet${why}`, () => {
  const file = readGoldenFile('mobile-face-net');
  const side = file.config['square'] as number;

  test('the same embedding and the same gradient by the image', () => {
    const parameters = mobileFaceNetParameters(stateOf('mobilefacenet/mobilefacenet.pt'));
    const image = fromTorch(file.get('input', 'image'), 'image');
    const embed = (small: tf.Tensor): tf.Tensor => mobileFaceNet(parameters, enlarge(small, side));
    const { value, grad } = tf.valueAndGrad((small: tf.Tensor) => {
      const embedding = embed(small);
      const error = relativeError(toTorch(embedding, 'same'), file.get('output', 'embedding'));
      expect(error).toBeLessThan(TOLERANCE.value);
      return scalarOf(file, new Map([['embedding', embedding]]), 'same');
    })(image);
    expect(Number.isFinite(value.dataSync()[0])).toBe(true);
    expect(relativeError(toTorch(grad, 'image'), file.get('gradient', 'image'))).toBeLessThan(TOLERANCE.gradient);
  });
});

describe.skipIf(absent)(`LPIPS-squeeze${why}`, () => {
  const file = readGoldenFile('lpips-squeeze');
  const read = () => ({
    parameters: lpipsParameters(stateOf('lpips/squeezenet1_1-features.pth'), stateOf('lpips/v0.1-squeeze.pth')),
    first: fromTorch(file.get('input', 'first'), 'image'),
    second: fromTorch(file.get('input', 'second'), 'image'),
  });

  test('the same feature maps', () => {
    const { parameters, first } = read();
    squeezeNetTaps(parameters.trunk, first).forEach((tap, index) => {
      const kept = Array.from({ length: Math.ceil((tap.shape[3] as number) / KEPT_STRIDE) }, (_, at) => at * KEPT_STRIDE);
      const some = tf.gather(tap, tf.tensor1d(kept, 'int32'), 3);
      const error = relativeError(toTorch(some, 'image'), file.get('output', `tap${index}`));
      expect(error, `tap ${index}`).toBeLessThan(TOLERANCE.value);
    });
  });

  test('the same distances and the same gradients by both images', () => {
    const { parameters, first, second } = read();
    const gradients = tf.grads((one: tf.Tensor, other: tf.Tensor) => {
      const distance = lpips(parameters, one, other);
      expect(relativeError(toTorch(distance, 'same'), file.get('output', 'distance'))).toBeLessThan(TOLERANCE.value);
      return scalarOf(file, new Map([['distance', distance]]), 'same');
    })([first, second]);
    ['first', 'second'].forEach((name, index) => {
      const error = relativeError(toTorch(gradients[index] as tf.Tensor, 'image'), file.get('gradient', name));
      expect(error, `gradient by ${name}`).toBeLessThan(TOLERANCE.gradient);
    });
  });

  test('the loss is their mean', () => {
    const { parameters, first, second } = read();
    const loss = lpipsLoss(parameters).evaluate({ swapped: first, target: second, source: second });
    const golden = file.get('output', 'distance').data;
    const mean = golden.reduce((sum, value) => sum + value, 0) / golden.length;
    expect(Math.abs((loss.dataSync()[0] as number) - mean) / mean).toBeLessThan(TOLERANCE.value);
  });
});

describe.skipIf(absent)(`3DDFA_V2's regressor${why}`, () => {
  const file = readGoldenFile('three-ddfa');
  const side = file.config['square'] as number;
  const state = (): WeightState => subState(stateOf('3ddfa-v2/mb05_120x120.pth'), 'state_dict.module');
  const joined = ({ pose, shape, expression }: FaceCoefficients<tf.Tensor>): tf.Tensor => tf.concat([pose, shape, expression], 1);

  test('the same coefficients and the same gradients by a face and by an aligned image', () => {
    const parameters = coefficientNetworkParameters(state());
    const names = ['face', 'aligned'] as const;
    const gradients = tf.grads((face: tf.Tensor, aligned: tf.Tensor) => {
      const outputs = new Map([
        ['face', joined(coefficientNetwork(foldCoefficientNetwork(parameters), enlarge(face, side)))],
        ['aligned', joined(threeDdfaRegressor(parameters).regress(aligned))],
      ]);
      for (const [name, output] of outputs) {
        expect(relativeError(toTorch(output, 'same'), file.get('output', name)), name).toBeLessThan(TOLERANCE.value);
      }
      return scalarOf(file, outputs, 'same');
    })(names.map((name) => fromTorch(file.get('input', name), 'image')));
    names.forEach((name, index) => {
      const error = relativeError(toTorch(gradients[index] as tf.Tensor, 'image'), file.get('gradient', name));
      expect(error, `gradient by ${name}`).toBeLessThan(TOLERANCE.gradient);
    });
  });

  test('law: every tensor that is read comes back as it is in the file', () => {
    const own = state();
    for (const [name, tensor] of coefficientNetworkState(coefficientNetworkParameters(own))) {
      expect(relativeError(tensor, own.get(name) as HostTensor), name).toBe(0);
    }
  });
});
