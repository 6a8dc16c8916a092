/**
 * One checkpoint: a safetensors file beside its SHA-256 in the form that `sha256sum -c` reads. It is written vector by
 * vector in one pass that reads from the engine, inspects, sums and writes: beside the state there is never more than
 * one vector of it in memory. Reading sums in pieces too, since Node reads and sums no more than 2 GiB in one call.
 */
import { createHash } from 'node:crypto';
import { open, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { readSafetensors, safetensorsHeader } from '@mfim/checkpoints';
import { InputError } from '@mfim/tensor-contracts';
import type * as tf from '@tensorflow/tfjs-core';
import { replaceFile } from '../files/replace-file.ts';
import type { FlatLayout } from '../model/flat-network.ts';
import type { PackedState, StoredState } from './stage.ts';

const FORMAT = 'mfim-checkpoint-2';
const FLOAT_BYTES = 4;
const PIECE_BYTES = 2 ** 26;
const REMEDY = 'free some space or choose another folder, then resume: the older checkpoints are whole';

/** What stands beside the tensors. */
export interface CheckpointFacts {
  readonly step: number;
  /** State of the plan stream. */
  readonly stream: readonly number[];
  /** The whole configuration, as JSON. */
  readonly config: string;
}

/** A checkpoint that has been read and checked. */
export interface Checkpoint extends CheckpointFacts, StoredState {
  readonly file: string;
}

/** A flat vector, or a buffer, with the names that it has in the file. */
export type StoredLayout = Pick<FlatLayout, 'names' | 'shapes' | 'sizes'>;

/** What is written. */
export interface CheckpointContent extends CheckpointFacts {
  readonly packed: PackedState;
  /** Looks at each vector before it is written; when it throws, nothing is. */
  readonly inspect?: (layout: StoredLayout, values: Float32Array) => Promise<void>;
}

interface Source extends StoredLayout {
  readonly tensor: tf.Tensor;
}

interface Place {
  readonly source: Source;
  readonly begin: number;
  readonly size: number;
}

/** Where the digest of a checkpoint stands. */
export function digestFileOf(file: string): string {
  return file.replace(/\.safetensors$/, '.sha256');
}

function sourcesOf({ buckets, buffers }: PackedState): readonly Source[] {
  return [
    ...buckets.map(({ prefix, layout, flat }) => ({ ...layout, names: layout.names.map((name) => prefix + name), tensor: flat })),
    ...[...buffers].map(([name, tensor]) => ({ names: [name], shapes: [tensor.shape], sizes: [tensor.size], tensor })),
  ];
}

function placesOf(source: Source): readonly (readonly [string, Place])[] {
  let end = 0;
  return source.names.map((name, index) => {
    const size = source.sizes[index] as number;
    end += size;
    return [name, { source, begin: end - size, size }];
  });
}

/** The tensors' bytes in the file's order. Names of one vector stand together there, so that each is read once. */
async function* tensorBytes(names: readonly string[], sources: readonly Source[], inspect: CheckpointContent['inspect']): AsyncGenerator<Uint8Array> {
  const places = new Map(sources.flatMap(placesOf));
  let held: { readonly source: Source; readonly values: Float32Array } | undefined;
  for (const name of names) {
    const { source, begin, size } = places.get(name) as Place;
    if (held?.source !== source) {
      held = undefined;
      const values = (await source.tensor.data()) as Float32Array;
      await inspect?.(source, values);
      held = { source, values };
    }
    yield new Uint8Array(held.values.buffer, held.values.byteOffset + FLOAT_BYTES * begin, FLOAT_BYTES * size);
  }
}

/**
 * Writes a checkpoint, then its digest; a file without a digest counts as whole.
 *
 * @throws InputError when it cannot be written, and what `inspect` throws; an earlier file of this name stays
 */
export async function writeCheckpoint(file: string, { packed, step, stream, config, inspect }: CheckpointContent): Promise<void> {
  const sources = sourcesOf(packed);
  const forms = new Map(sources.flatMap(({ names, shapes }) => names.map((name, index) => [name, { dtype: 'F32' as const, shape: shapes[index] as readonly number[] }])));
  const metadata = { format: FORMAT, step: String(step), stream: JSON.stringify(stream), numbers: JSON.stringify(packed.numbers), config };
  const header = safetensorsHeader(forms, new Map(Object.entries(metadata)));
  const digest = createHash('sha256');
  async function* digested(): AsyncGenerator<Uint8Array> {
    digest.update(header.bytes);
    yield header.bytes;
    for await (const bytes of tensorBytes(header.names, sources, inspect)) {
      digest.update(bytes);
      yield bytes;
    }
  }
  // The digest of an earlier file would condemn the new one, should the process be killed between the two.
  await rm(digestFileOf(file), { force: true });
  await replaceFile(file, digested(), REMEDY);
  await replaceFile(digestFileOf(file), `${digest.digest('hex')}  ${path.basename(file)}\n`, REMEDY);
}

async function readDigested(file: string): Promise<{ readonly bytes: Uint8Array; readonly sha256: string }> {
  const handle = await open(file);
  try {
    const bytes = new Uint8Array((await handle.stat()).size);
    const digest = createHash('sha256');
    for (let done = 0; done < bytes.length; ) {
      const { bytesRead } = await handle.read(bytes, done, Math.min(PIECE_BYTES, bytes.length - done), done);
      if (bytesRead === 0) break;
      digest.update(bytes.subarray(done, done + bytesRead));
      done += bytesRead;
    }
    return { bytes, sha256: digest.digest('hex') };
  } finally {
    await handle.close();
  }
}

/**
 * Reads and checks one checkpoint file.
 *
 * @throws InputError when it is absent, changed since it was written, or no checkpoint
 */
export async function readCheckpoint(file: string): Promise<Checkpoint> {
  const refuse = (expected: string, got: string, cause?: unknown): InputError =>
    new InputError({ where: file, expected, got, remedy: 'use an older checkpoint of the run, or one that mfim-train saved', cause });
  const { bytes, sha256 } = await readDigested(file).catch((cause: unknown) => {
    throw refuse('a checkpoint', String(cause), cause);
  });
  const expected = (await readFile(digestFileOf(file), 'utf8').catch(() => '')).split(' ')[0];
  if (expected !== '' && expected !== sha256) throw refuse(`SHA-256 ${expected}`, sha256);
  const { tensors, metadata } = readSafetensors(bytes);
  if (metadata.get('format') !== FORMAT) throw refuse(FORMAT, metadata.get('format') ?? 'another safetensors file');
  return {
    file,
    tensors,
    step: Number(metadata.get('step')),
    stream: JSON.parse(metadata.get('stream') ?? '[]') as number[],
    numbers: JSON.parse(metadata.get('numbers') ?? '{}') as Record<string, number>,
    config: metadata.get('config') ?? '{}',
  };
}
