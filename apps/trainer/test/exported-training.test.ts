/**
 * Everything that training computes can be written as a graph: every network, every loss, their gradients (R1 and path
 * length too, which contain gradients), the augmentation, the optimiser. What is traced is not run here;
 * each kernel is compared with tfjs in the conformance suite of @mfim/tfjs-onnx.
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import '@tensorflow/tfjs';
import { readPyTorch, subState, toFloat32State } from '@mfim/checkpoints';
import { adversarialDiscriminatorLoss, adversarialGeneratorLoss, coefficientNetworkParameters, pathLengthPenalty, poolForLosses, r1Penalty, threeDdfaRegressor } from '@mfim/losses-3dmm';
import { arcFaceCrop, lpips, lpipsParameters, mobileFaceNet, mobileFaceNetParameters, registerSecondOrderGradients } from '@mfim/nn';
import { discriminate } from '@mfim/stylegan';
import { traceToOnnx } from '@mfim/tfjs-onnx';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { parametersOf } from '../src/model/flat-network.ts';
import { augment } from '../src/pretraining/augment.ts';
import { drawLatents, generateFaces, mapLatents } from '../src/pretraining/pretraining-model.ts';
import { adamUpdate } from '../src/training/adam.ts';
import { averageWeights } from '../src/training/average-weights.ts';
import { compositeFace } from '../src/training/composite-face.ts';
import { identityView } from '../src/training/identity-view.ts';
import { swapObjective } from '../src/training/swap-objective.ts';
import { openSmall, smallInputs, smallPretraining } from './pretraining-small-run.ts';
import { SIZE, smallConfig, smallContext } from './small-run.ts';

const WEIGHTS = new URL('../../../../shared/data/weights/', import.meta.url);
const FACE = [2, 64, 64, 3];

type Named = Record<string, tf.Tensor>;

/** How many nodes the graph of a function has. */
async function nodesOf(shapes: Readonly<Record<string, readonly number[]>>, fn: (inputs: Named) => tf.Tensor[]): Promise<number> {
  const inputs = Object.entries(shapes).map(([name, shape]) => ({ name, shape }));
  const { nodeCount } = await traceToOnnx((tensors) => Object.fromEntries(fn(tensors).map((y, index) => [`out${index}`, y])), { name: 'test', inputs });
  return nodeCount;
}

/** The function's energy and its gradient by x. */
function energy(fn: (x: tf.Tensor, y: tf.Tensor) => tf.Tensor) {
  return ({ x, y }: Named): tf.Tensor[] => {
    const { value, grad } = tf.valueAndGrad((own: tf.Tensor) => tf.sum(tf.square(fn(own, y as tf.Tensor))))(x as tf.Tensor);
    return [value, grad];
  };
}

beforeAll(async () => {
  await tf.setBackend('cpu');
  registerSecondOrderGradients();
});

describe('MFIM training', () => {
  const config = smallConfig({ faceL1: 1, faceLpips: 1, codeSpread: 1 });
  const { context, weights, inputs } = smallContext({ ...config, encoder: { ...config.encoder, normaliseCodes: true, softening: { codesUpTo: 4, cells: 5, centre: [0.5, 0.5], radii: [0.3, 0.3], feather: 0.2 } } });

  test('the whole objective of encoder and generator, Adam, and the average', async () => {
    const nodes = await nodesOf({ flat: weights.swapper.shape, first: weights.swapper.shape, second: weights.swapper.shape, average: weights.swapper.shape }, ({ flat, first, second, average }) => {
      const { value, grad } = tf.valueAndGrad((own: tf.Tensor) => swapObjective(context, { flat: own, discriminator: weights.discriminator, inputs, step: 0 }).total)(flat as tf.Tensor);
      const state = { first: first as tf.Tensor, second: second as tf.Tensor, updates: 3 };
      const next = adamUpdate({ parameters: flat as tf.Tensor, state }, grad, { rate: 0.1, beta1: 0.5, beta2: 0.9, scale: tf.onesLike(grad) });
      return [value, next.parameters, averageWeights(average as tf.Tensor, next.parameters, { batch: 4, images: 100, halfLifeKimg: 1, rampUp: 0.05 })];
    });
    expect(nodes).toBeGreaterThan(1000);
  });

  test('the identity probe alone', async () => {
    const probing = { ...context, config: { ...context.config, objective: { ...context.config.objective, probeOnlyUntil: 5 } } };
    expect(await nodesOf({ flat: weights.swapper.shape }, ({ flat }) => [tf.grad((own: tf.Tensor) => swapObjective(probing, { flat: own, discriminator: weights.discriminator, inputs, step: 0 }).total)(flat as tf.Tensor)])).toBeGreaterThan(100);
  });

  test('the discriminator with R1', async () => {
    const image = [4, SIZE, SIZE, 3];
    const nodes = await nodesOf({ flat: weights.discriminator.shape, real: image, fake: image }, ({ flat, real, fake }) => [
      tf.grad((own: tf.Tensor) => {
        const critic = parametersOf(context.model.discriminator, own);
        const loss = adversarialDiscriminatorLoss(discriminate(critic, real as tf.Tensor), discriminate(critic, fake as tf.Tensor));
        return tf.add(loss, r1Penalty((pixels) => discriminate(critic, pixels), real as tf.Tensor, 10));
      })(flat as tf.Tensor),
    ]);
    expect(nodes).toBeGreaterThan(500);
  });

  test.each([
    ['composites as teachers', (x: tf.Tensor, y: tf.Tensor) => compositeFace(x, y, { centre: [0.5, 0.5], radii: [0.3, 0.3], feather: 0.1, colourShare: 0.5, strength: 0.5 })],
    ['smaller, mirrored views', (x: tf.Tensor) => identityView(x, { scale: 0.7, mirrored: true })],
    ['pooling for losses', (x: tf.Tensor) => poolForLosses(x, 16)],
  ] as const)('%s', async (_, fn) => {
    expect(await nodesOf({ x: FACE, y: FACE }, energy(fn))).toBeGreaterThan(1);
  });
});

describe('pretraining', () => {
  const { run, state } = openSmall(smallPretraining({ augmentation: { mode: 'fixed', probability: 1 } }));
  const inputs = smallInputs(run, { ...state, augmentation: { ...state.augmentation, probability: 1 } });
  const { model } = run.context;
  const { generator, discriminator } = state.weights;

  test('the generator against augmented verdicts', async () => {
    const nodes = await nodesOf({ flat: generator.shape }, ({ flat }) => [
      tf.grad((own: tf.Tensor) => {
        const { image } = generateFaces(model, own, inputs.generator.latents);
        return adversarialGeneratorLoss(discriminate(parametersOf(model.discriminator, discriminator), augment(image, inputs.generator.augmentation)));
      })(flat as tf.Tensor),
    ]);
    expect(nodes).toBeGreaterThan(200);
  });

  test('path length', async () => {
    const { latents, imageNoise } = inputs.pathLength as NonNullable<typeof inputs.pathLength>;
    const nodes = await nodesOf({ flat: generator.shape, mean: [] }, ({ flat, mean }) => [
      tf.grad((own: tf.Tensor) => {
        const parameters = parametersOf(model.generator, own);
        const draw = (all: tf.Tensor): tf.Tensor => drawLatents(model, parameters, { all: tf.unstack(all, 1), noise: latents.noise });
        return pathLengthPenalty(draw, { latents: tf.stack(mapLatents(model, parameters, latents).all.slice(), 1), noise: imageNoise, mean: mean as tf.Tensor }).penalty;
      })(flat as tf.Tensor),
    ]);
    expect(nodes).toBeGreaterThan(200);
  });

  test('R1 through the augmentation', async () => {
    const nodes = await nodesOf({ flat: discriminator.shape, real: inputs.real.shape }, ({ flat, real }) => [
      tf.grad((own: tf.Tensor) => {
        const critic = parametersOf(model.discriminator, own);
        const seen = (images: tf.Tensor): tf.Tensor => discriminate(critic, augment(images, inputs.discriminator.realAugmentation));
        return tf.add(tf.mean(tf.sign(seen(real as tf.Tensor))), r1Penalty(seen, real as tf.Tensor, 1));
      })(flat as tf.Tensor),
    ]);
    expect(nodes).toBeGreaterThan(500);
  });
});

const hint = existsSync(WEIGHTS) ? 'published weights' : 'skipped: no ../shared/data/weights beside the checkout';

describe.skipIf(!existsSync(WEIGHTS))(`the judges (${hint})`, () => {
  const stateOf = async (path: string) => toFloat32State(readPyTorch(await readFile(new URL(path, WEIGHTS))).tensors);

  test('MobileFaceNet', async () => {
    const parameters = mobileFaceNetParameters(await stateOf('mobilefacenet/mobilefacenet.pt'));
    expect(await nodesOf({ x: FACE, y: FACE }, energy((x) => mobileFaceNet(parameters, arcFaceCrop(x))))).toBeGreaterThan(200);
  });

  test.each([64, 57])('LPIPS at %d pixels', async (side) => {
    const parameters = lpipsParameters(await stateOf('lpips/squeezenet1_1-features.pth'), await stateOf('lpips/v0.1-squeeze.pth'));
    const image = [2, side, side, 3];
    expect(await nodesOf({ x: image, y: image }, energy((x, y) => lpips(parameters, x, y)))).toBeGreaterThan(200);
  });

  test.each(['shape', 'pose', 'expression'] as const)('3DDFA, %s', async (part) => {
    const regressor = threeDdfaRegressor(coefficientNetworkParameters(subState(await stateOf('3ddfa-v2/mb05_120x120.pth'), 'state_dict.module')));
    expect(await nodesOf({ x: FACE, y: FACE }, energy((x) => regressor.regress(x)[part]))).toBeGreaterThan(100);
  });
});
