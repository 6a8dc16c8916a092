/** A people prior as a safetensors file: embedding_mean [width], identity_mean [modes], slopes [modes, width]. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { fromFloat32, readSafetensors, toFloat32, writeSafetensors } from '@mfim/checkpoints';
import type { RawTensor } from '@mfim/checkpoints';
import { InputError } from '@mfim/tensor-contracts';
import { replaceFile } from '../files/replace-file.ts';
import type { PeoplePrior } from './people-prior.ts';

/** A prior and what names it: the beginning of its file's SHA-256. */
export interface NamedPeople {
  readonly prior: PeoplePrior;
  readonly name: string;
}

const NAME_LENGTH = 16;

const tensor = (shape: readonly number[], values: Float64Array): RawTensor => fromFloat32({ shape, data: Float32Array.from(values) });

function bytesOf({ embeddingMean, identityMean, slopes }: PeoplePrior): Uint8Array {
  return writeSafetensors(
    new Map([
      ['embedding_mean', tensor([embeddingMean.length], embeddingMean)],
      ['identity_mean', tensor([identityMean.length], identityMean)],
      ['slopes', tensor([identityMean.length, embeddingMean.length], slopes)],
    ]),
  );
}

/** Writes one; no partial file is left. */
export async function writePeople(file: string, prior: PeoplePrior): Promise<void> {
  await replaceFile(file, bytesOf(prior));
}

/** @throws InputError when the file is absent or no people prior */
export async function readPeople(file: string): Promise<NamedPeople> {
  const wrong = (got: string, cause?: unknown): InputError => new InputError({ where: file, expected: 'a people prior', got, remedy: 'name a file of mfim-train people', cause });
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw wrong(String(cause), cause);
  });
  const tensors = await Promise.resolve(bytes)
    .then((content) => readSafetensors(content).tensors)
    .catch((cause: unknown) => {
      throw wrong(String(cause), cause);
    });
  const [embedding, identity, slopes] = ['embedding_mean', 'identity_mean', 'slopes'].map((name) => tensors.get(name));
  if (embedding === undefined || identity === undefined || slopes === undefined) throw wrong([...tensors.keys()].join(', '));
  const [rows, columns] = slopes.shape;
  if (rows !== identity.shape[0] || columns !== embedding.shape[0]) throw wrong(`slopes [${slopes.shape.join(', ')}] between ${embedding.shape[0]} and ${identity.shape[0]} numbers`);
  const [embeddingMean, identityMean, rowsOfSlopes] = [embedding, identity, slopes].map((values) => Float64Array.from(toFloat32(values))) as [Float64Array, Float64Array, Float64Array];
  return { prior: { embeddingMean, identityMean, slopes: rowsOfSlopes }, name: createHash('sha256').update(bytes).digest('hex').slice(0, NAME_LENGTH) };
}
