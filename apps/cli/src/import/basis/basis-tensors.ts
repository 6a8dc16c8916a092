/** The arrays of a morphable model on their way from a foreign file to an imported one. */
import { fromTheirLayout } from '@mfim/checkpoints';
import { InputError } from '@mfim/tensor-contracts';
import type { HostTensor, LandmarkEmbedding, MorphableBasis } from '@mfim/tensor-contracts';
import type { DeferredTensor, ForeignCheckpoint } from '../import-kind.ts';

/** Reads an array. @throws InputError naming what the file lacks, and how the others are called */
export async function readArray({ tensors, file }: ForeignCheckpoint, name: string): Promise<HostTensor> {
  const found = tensors.get(name);
  if (found !== undefined) return { data: await found.read(), shape: found.shape };
  throw new InputError({ where: file, expected: `an array ${name}`, got: [...tensors.keys()].join(', '), remedy: 'the readme of apps/cli says which files each model needs' });
}

/** An array of known axes; `-1` is any length. @throws InputError when it has another shape */
export async function readShaped(checkpoint: ForeignCheckpoint, name: string, shape: readonly number[]): Promise<HostTensor> {
  const found = await readArray(checkpoint, name);
  if (found.shape.length === shape.length && shape.every((length, axis) => length === -1 || found.shape[axis] === length)) return found;
  const wanted = shape.map((length) => (length === -1 ? 'any' : `${length}`)).join(', ');
  throw new InputError({ where: `${checkpoint.file}, ${name}`, expected: `shape [${wanted}]`, got: `[${found.shape.join(', ')}]`, remedy: 'pass files of one model' });
}

/** [vertices, 3, modes] to [modes, vertices, 3]. */
export function modesFirst(tensor: HostTensor): Float32Array {
  return fromTheirLayout(tensor, { rank: 3, axes: [2, 0, 1] }).data;
}

/** What the formats of other projects give, beside what only their model has. */
export type BasisArrays = Omit<MorphableBasis, 'name' | 'millimetresPerUnit'>;

const deferred = (data: Float32Array, shape: readonly number[]): DeferredTensor => ({ shape, read: async () => data });

/** Indices are below 2^24, which float32 holds exactly. */
export function indexTensor(indices: Int32Array, shape: readonly number[]): DeferredTensor {
  return deferred(Float32Array.from(indices), shape);
}

/** Two tensors of a landmark embedding. */
export function embeddingTensors(name: string, { vertices, weights }: LandmarkEmbedding): readonly (readonly [string, DeferredTensor])[] {
  const shape = [weights.length / 3, 3];
  return [[`${name}.vertices`, indexTensor(vertices, shape)], [`${name}.weights`, deferred(weights, shape)]];
}

/** @throws InputError when an index names a vertex that is not there */
export function checkVertices(where: string, indices: Int32Array, vertices: number): void {
  const wrong = indices.find((index) => index < 0 || index >= vertices);
  if (wrong === undefined) return;
  throw new InputError({ where, expected: `vertices from 0 to ${vertices - 1}`, got: `${wrong}`, remedy: 'pass files of one model' });
}

/** The tensors of any model. @throws InputError when a triangle or landmark names a vertex that is not there */
export function basisTensors(file: string, { mean, identity, expression, triangles, landmarks }: BasisArrays): ReadonlyMap<string, DeferredTensor> {
  const vertices = mean.length / 3;
  if (!Number.isInteger(vertices) || vertices === 0) {
    throw new InputError({ where: `${file}, mean`, expected: 'three numbers a vertex', got: `${mean.length} numbers`, remedy: 'pass the file as its origin has it' });
  }
  checkVertices(`${file}, triangles`, triangles, vertices);
  checkVertices(`${file}, landmarks`, landmarks.vertices, vertices);
  return new Map([
    ['mean', deferred(mean, [vertices, 3])],
    ['identity', deferred(identity, [identity.length / mean.length, vertices, 3])],
    ['expression', deferred(expression, [expression.length / mean.length, vertices, 3])],
    ['triangles', indexTensor(triangles, [triangles.length / 3, 3])],
    ...embeddingTensors('landmarks', landmarks),
  ]);
}
