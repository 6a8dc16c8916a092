/**
 * Checkpoints: one safetensors file with every tensor by its parameter name, and the state of the
 * run (step, optimiser counts, random stream, config) in its metadata. Written to a temporary name,
 * synced, then renamed: there is never a partial file under the final name.
 */
import { open, readFile, rename, rm } from 'node:fs/promises';
import { fromFloat32, readSafetensors, toFloat32, writeSafetensors } from '@mfim/checkpoints';
import type { RawTensor } from '@mfim/checkpoints';
import { InputError } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import type { FlatLayout } from '../model/flat-network.ts';
import type { SwapModel } from '../model/swap-model.ts';
import type { TrainingState } from '../training/training-state.ts';

const FORMAT = 'mfim-checkpoint-1';

/** Name of the checkpoint inside a run's folder. */
export const CHECKPOINT_FILE = 'checkpoint.safetensors';

/** What is saved beside the tensors. */
export interface CheckpointFacts {
  readonly sampler: readonly number[];
  /** The whole configuration, as JSON. */
  readonly config: string;
}

type Bucket = { readonly prefix: string; readonly layout: FlatLayout; readonly flat: tf.Tensor };

function bucketsOf(model: SwapModel, state: TrainingState): readonly Bucket[] {
  const swapper = model.swapper.layout;
  const discriminator = model.discriminator.layout;
  return [
    { prefix: 'swapper.', layout: swapper, flat: state.weights.swapper },
    { prefix: 'average.', layout: swapper, flat: state.average },
    { prefix: 'discriminator.', layout: discriminator, flat: state.weights.discriminator },
    { prefix: 'swapper-first-moment.', layout: swapper, flat: state.swapperAdam.first },
    { prefix: 'swapper-second-moment.', layout: swapper, flat: state.swapperAdam.second },
    { prefix: 'discriminator-first-moment.', layout: discriminator, flat: state.discriminatorAdam.first },
    { prefix: 'discriminator-second-moment.', layout: discriminator, flat: state.discriminatorAdam.second },
  ];
}

async function* tensorsOf({ prefix, layout, flat }: Bucket): AsyncGenerator<[string, RawTensor]> {
  const values = (await flat.data()) as Float32Array;
  let offset = 0;
  for (const [index, name] of layout.names.entries()) {
    const size = layout.sizes[index] as number;
    yield [prefix + name, fromFloat32({ data: values.subarray(offset, offset + size), shape: layout.shapes[index] as readonly number[] })];
    offset += size;
  }
}

function bufferTensors(model: SwapModel): readonly [string, tf.Tensor][] {
  return [...model.swapper.buffers].map(([name, tensor]) => [`buffer.${name}`, tensor]);
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.partial`;
  try {
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    throw new InputError({ where: path, expected: 'room and the right to write', got: String(cause), remedy: 'free some space or choose another folder', cause });
  }
}

/** Saves the whole state of a run. */
export async function saveCheckpoint(path: string, model: SwapModel, saved: { readonly state: TrainingState; readonly facts: CheckpointFacts }): Promise<void> {
  const { state, facts } = saved;
  const tensors = new Map<string, RawTensor>();
  for (const bucket of bucketsOf(model, state)) for await (const [name, tensor] of tensorsOf(bucket)) tensors.set(name, tensor);
  for (const [name, tensor] of bufferTensors(model)) {
    tensors.set(name, fromFloat32({ data: (await tensor.data()) as Float32Array, shape: tensor.shape }));
  }
  const metadata = Object.entries({
    format: FORMAT,
    step: String(state.step),
    swapperUpdates: String(state.swapperAdam.updates),
    discriminatorUpdates: String(state.discriminatorAdam.updates),
    sampler: JSON.stringify(facts.sampler),
    config: facts.config,
  });
  await writeDurably(path, writeSafetensors(tensors, new Map(metadata)));
}

/** A checkpoint that has been read but not yet put into a model. */
export interface LoadedCheckpoint extends CheckpointFacts {
  readonly step: number;
  readonly swapperUpdates: number;
  readonly discriminatorUpdates: number;
  readonly tensors: ReadonlyMap<string, RawTensor>;
}

/** Reads and checks a checkpoint file. */
export async function readCheckpoint(path: string): Promise<LoadedCheckpoint> {
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    throw new InputError({ where: path, expected: 'a checkpoint', got: String(cause), remedy: 'name the folder of a run that has saved one', cause });
  }
  const { tensors, metadata } = readSafetensors(bytes);
  if (metadata.get('format') !== FORMAT) {
    throw new InputError({ where: path, expected: FORMAT, got: metadata.get('format') ?? 'another safetensors file', remedy: 'use a checkpoint that mfim-train saved' });
  }
  return {
    step: Number(metadata.get('step')),
    swapperUpdates: Number(metadata.get('swapperUpdates')),
    discriminatorUpdates: Number(metadata.get('discriminatorUpdates')),
    sampler: JSON.parse(metadata.get('sampler') ?? '[]') as number[],
    config: metadata.get('config') ?? '{}',
    tensors,
  };
}

function tensorOf(checkpoint: LoadedCheckpoint, name: string, shape: readonly number[]): RawTensor {
  const tensor = checkpoint.tensors.get(name);
  if (tensor !== undefined && tensor.shape.join() === shape.join()) return tensor;
  throw new InputError({
    where: `checkpoint tensor ${name}`,
    expected: `shape [${shape.join(', ')}]`,
    got: tensor === undefined ? 'none' : `[${tensor.shape.join(', ')}]`,
    remedy: 'resume with the config that the checkpoint was trained with',
  });
}

function flatFrom(checkpoint: LoadedCheckpoint, layout: FlatLayout, prefix: string): tf.Tensor {
  const flat = new Float32Array(layout.total);
  let offset = 0;
  for (const [index, name] of layout.names.entries()) {
    flat.set(toFloat32(tensorOf(checkpoint, prefix + name, layout.shapes[index] as readonly number[])), offset);
    offset += layout.sizes[index] as number;
  }
  return tf.tensor1d(flat);
}

/** The model with the buffers (batch statistics, stored noise) of a checkpoint; its own are disposed. */
export function restoreModel(checkpoint: LoadedCheckpoint, model: SwapModel): SwapModel {
  const { swapper } = model;
  const buffers = new Map(
    [...swapper.buffers].map(([name, fresh]) => {
      const saved = tensorOf(checkpoint, `buffer.${name}`, fresh.shape);
      fresh.dispose();
      return [name, tf.tensor(toFloat32(saved), fresh.shape)];
    }),
  );
  return { ...model, swapper: { ...swapper, buffers } };
}

/** The training state of a checkpoint, for a model of the same config. */
export function restoreState(checkpoint: LoadedCheckpoint, model: SwapModel): TrainingState {
  const swapper = (prefix: string) => flatFrom(checkpoint, model.swapper.layout, `${prefix}.`);
  const critic = (prefix: string) => flatFrom(checkpoint, model.discriminator.layout, `${prefix}.`);
  return {
    step: checkpoint.step,
    weights: { swapper: swapper('swapper'), discriminator: critic('discriminator') },
    average: swapper('average'),
    swapperAdam: { first: swapper('swapper-first-moment'), second: swapper('swapper-second-moment'), updates: checkpoint.swapperUpdates },
    discriminatorAdam: {
      first: critic('discriminator-first-moment'),
      second: critic('discriminator-second-moment'),
      updates: checkpoint.discriminatorUpdates,
    },
  };
}
