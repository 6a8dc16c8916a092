/** One network of an imported file, for a bundle: what the file says of itself, and its tensors when they are asked for. */
import { openCheckpoint, toFloat32 } from '@mfim/checkpoints';
import type { Checkpoint } from '@mfim/checkpoints';
import type { EncoderConfig } from '@mfim/encoder';
import { fillParameters, flattenSpecs } from '@mfim/nn';
import type { ParametersOf, SpecTree } from '@mfim/nn';
import { InputError } from '@mfim/tensor-contracts';
import * as tf from '@tensorflow/tfjs-core';
import { openInputFile } from '../input-file.ts';
import type { GeneratorSizes } from '../import/stylegan-sizes.ts';
import { IMPORT_FORMAT } from '../import/write-imported.ts';

/** What `mfim import` wrote into the metadata. */
export interface ImportedFacts {
  readonly kind: string;
  readonly origin: string;
  /** Name and sha256 of the foreign file. */
  readonly source: string;
  readonly sourceSha256: string;
  readonly networks: readonly string[];
  readonly encoder?: EncoderConfig;
  readonly generator?: GeneratorSizes;
}

/** An imported file that is open. */
export interface ImportedWeights {
  readonly file: string;
  readonly facts: ImportedFacts;
  /**
   * The tensors of a network.
   *
   * @param nameOf the name in the file of a parameter of the specification
   * @throws InputError that lists what is missing or of another shape
   */
  parameters<Tree extends SpecTree>(spec: Tree, nameOf: (name: string) => string): Promise<ParametersOf<Tree>>;
}

const LISTED = 8;

function factsOf(file: string, { scalars }: Checkpoint): ImportedFacts {
  const text = (name: string): string => String(scalars.get(name) ?? '');
  if (text('format') !== IMPORT_FORMAT) {
    throw new InputError({ where: file, expected: 'a file that mfim import wrote', got: text('format') || 'another file', remedy: 'run `mfim import` on it first' });
  }
  const config = JSON.parse(text('config')) as Pick<ImportedFacts, 'networks' | 'encoder' | 'generator'>;
  return { kind: text('kind'), origin: text('origin'), source: text('source'), sourceSha256: text('sourceSha256'), ...config };
}

function checkTensors(file: string, { tensors }: Checkpoint, wanted: ReadonlyMap<string, readonly number[]>): void {
  const wrong = [...wanted].flatMap(([name, shape]) => {
    const got = tensors.get(name)?.shape;
    if (got === undefined) return [`${name} missing`];
    return got.join() === shape.join() ? [] : [`${name} [${got.join(', ')}] instead of [${shape.join(', ')}]`];
  });
  if (wrong.length === 0) return;
  const more = wrong.length > LISTED ? `; and ${wrong.length - LISTED} more` : '';
  throw new InputError({ where: file, expected: `${wanted.size} tensors of this network`, got: `${wrong.length} that differ: ${wrong.slice(0, LISTED).join('; ')}${more}`, remedy: 'combine encoder and generator of one size, imported by this version' });
}

async function parametersOf<Tree extends SpecTree>(file: string, checkpoint: Checkpoint, request: { readonly spec: Tree; readonly nameOf: (name: string) => string }): Promise<ParametersOf<Tree>> {
  const specs = flattenSpecs(request.spec);
  checkTensors(file, checkpoint, new Map([...specs].map(([name, { shape }]) => [request.nameOf(name), shape])));
  const loaded = new Map<string, tf.Tensor>();
  for (const [name, { shape }] of specs) {
    const stored = await checkpoint.tensors.get(request.nameOf(name))?.read();
    if (stored !== undefined) loaded.set(name, tf.tensor(toFloat32(stored), [...shape], 'float32'));
  }
  return fillParameters(request.spec, (name) => loaded.get(name));
}

/**
 * Opens, works, closes; tensors can be read until the work is done.
 *
 * @throws InputError when it is not a file of `mfim import`
 */
export async function withImported<Result>(file: string, work: (weights: ImportedWeights) => Promise<Result>): Promise<Result> {
  const handle = await openInputFile(file, 'file');
  try {
    const checkpoint = await openCheckpoint(handle);
    const facts = factsOf(file, checkpoint);
    return await work({ file, facts, parameters: (spec, nameOf) => parametersOf(file, checkpoint, { spec, nameOf }) });
  } finally {
    await handle.close();
  }
}
