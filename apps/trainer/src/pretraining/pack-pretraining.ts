/** The whole state of a pretraining run as the run loop saves it, and back. */
import { toFloat32 } from '@mfim/checkpoints';
import type { RawTensor } from '@mfim/checkpoints';
import { InputError } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import { checkTensors, flatFromTensors } from '../model/flat-from-tensors.ts';
import type { FlatBucket, PackedState, StoredState } from '../run/stage.ts';
import type { PretrainingModel } from './pretraining-model.ts';
import type { PretrainingState } from './pretraining-state.ts';

const LATENT_MEAN = 'latent-mean';
const BUFFER = 'buffer.';
const ORIGIN = 'checkpoint';

function bucketsOf({ generator, discriminator }: PretrainingModel, state: PretrainingState): readonly FlatBucket[] {
  const drawn = (prefix: string, flat: tf.Tensor): FlatBucket => ({ prefix, layout: generator.layout, flat });
  const judged = (prefix: string, flat: tf.Tensor): FlatBucket => ({ prefix, layout: discriminator.layout, flat });
  return [
    { ...drawn('weights.', state.weights.generator), shown: { as: 'weights', network: 'generator' } },
    drawn('average.', state.average),
    { ...judged('discriminator.', state.weights.discriminator), shown: { as: 'weights', network: 'discriminator' } },
    drawn('first-moment.', state.generatorAdam.first),
    { ...drawn('second-moment.', state.generatorAdam.second), shown: { as: 'second moment', network: 'generator' } },
    judged('discriminator-first-moment.', state.discriminatorAdam.first),
    { ...judged('discriminator-second-moment.', state.discriminatorAdam.second), shown: { as: 'second moment', network: 'discriminator' } },
  ];
}

/** A state as it is saved. The averaged synthesis network stands under `average.generator.`, as in a checkpoint of `train`. */
export function packPretraining(model: PretrainingModel, state: PretrainingState): PackedState {
  const { probability, signSum, signCount, steps } = state.augmentation;
  const buffers = [...model.generator.buffers].map(([name, tensor]) => [BUFFER + name, tensor] as const);
  return {
    buckets: bucketsOf(model, state),
    buffers: new Map([...buffers, [LATENT_MEAN, state.latentMean]]),
    numbers: {
      step: state.step,
      generatorUpdates: state.generatorAdam.updates,
      discriminatorUpdates: state.discriminatorAdam.updates,
      pathLengthMean: state.pathLengthMean,
      augmentProbability: probability,
      augmentSignSum: signSum,
      augmentSignCount: signCount,
      augmentSteps: steps,
    },
  };
}

function numberNamed(numbers: StoredState['numbers'], name: string): number {
  const value = numbers[name];
  if (value !== undefined && Number.isFinite(value)) return value;
  throw new InputError({ where: ORIGIN, expected: `a number ${name}`, got: String(value), remedy: 'resume with a checkpoint that mfim-train pretrain saved' });
}

function tensorFrom(tensors: ReadonlyMap<string, RawTensor>, name: string, shape: readonly number[]): tf.Tensor {
  checkTensors({ names: [name], shapes: [shape] }, { tensors, prefix: '', origin: ORIGIN });
  return tf.tensor(toFloat32(tensors.get(name) as RawTensor), shape.slice());
}

/** The model with the buffers (stored noise) of a checkpoint; its own are disposed. */
export function restorePretrainingModel(model: PretrainingModel, tensors: ReadonlyMap<string, RawTensor>): PretrainingModel {
  const { generator } = model;
  const buffers = new Map([...generator.buffers].map(([name, { shape }]) => [name, tensorFrom(tensors, BUFFER + name, shape)]));
  for (const buffer of generator.buffers.values()) buffer.dispose();
  return { ...model, generator: { ...generator, buffers } };
}

/**
 * The state that `packPretraining` saw, for a model of the same config.
 *
 * @throws InputError naming what is missing or of another shape
 */
export function unpackPretraining({ generator, discriminator }: PretrainingModel, { tensors, numbers }: StoredState): PretrainingState {
  const drawn = (prefix: string): tf.Tensor => flatFromTensors(generator.layout, { tensors, prefix, origin: ORIGIN });
  const judged = (prefix: string): tf.Tensor => flatFromTensors(discriminator.layout, { tensors, prefix, origin: ORIGIN });
  const count = (name: string): number => numberNamed(numbers, name);
  return {
    step: count('step'),
    pathLengthMean: count('pathLengthMean'),
    augmentation: { probability: count('augmentProbability'), signSum: count('augmentSignSum'), signCount: count('augmentSignCount'), steps: count('augmentSteps') },
    weights: { generator: drawn('weights.'), discriminator: judged('discriminator.') },
    average: drawn('average.'),
    generatorAdam: { first: drawn('first-moment.'), second: drawn('second-moment.'), updates: count('generatorUpdates') },
    discriminatorAdam: { first: judged('discriminator-first-moment.'), second: judged('discriminator-second-moment.'), updates: count('discriminatorUpdates') },
    latentMean: tensorFrom(tensors, LATENT_MEAN, generator.buffers.get('mapping.mean')?.shape as readonly number[]),
  };
}
