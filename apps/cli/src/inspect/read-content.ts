/** What a weight file holds: tensors with their statistics, plain values, and what it may be. */
import { DATA_TYPE_BYTES, openCheckpoint } from '@mfim/checkpoints';
import type { Checkpoint, FileHandleLike } from '@mfim/checkpoints';
import type { OpenExternal } from '../external-files.ts';
import { guessKinds } from '../import/import-kinds.ts';
import type { Content, TensorFinding } from './inspection.ts';
import { tensorStatistics } from './tensor-statistics.ts';

async function findTensors({ tensors }: Checkpoint, withStatistics: boolean): Promise<readonly TensorFinding[]> {
  const found: TensorFinding[] = [];
  for (const [name, tensor] of tensors) {
    const { dtype, shape } = tensor;
    found.push({ name, dtype, shape, ...(withStatistics ? await tensorStatistics(tensor) : {}) });
  }
  return found;
}

/** How a file is read. */
export interface ContentOptions {
  readonly openExternal: OpenExternal;
  /** Whether every number is read for mean and range. */
  readonly withStatistics: boolean;
}

/** @throws InputError when the file is damaged, hostile or of no known format */
export async function readContent(handle: FileHandleLike, { openExternal, withStatistics }: ContentOptions): Promise<Content> {
  const checkpoint = await openCheckpoint(handle, { openExternal });
  const sizes = [...checkpoint.tensors.values()];
  const shapes = new Map([...checkpoint.tensors].map(([name, { shape }]) => [name, shape]));
  return {
    tensors: await findTensors(checkpoint, withStatistics),
    totals: {
      tensors: sizes.length,
      numbers: sizes.reduce((sum, { byteLength, dtype }) => sum + byteLength / DATA_TYPE_BYTES[dtype], 0),
      bytes: sizes.reduce((sum, { byteLength }) => sum + byteLength, 0),
    },
    values: [...checkpoint.scalars].map(([name, value]) => ({ name, value: typeof value === 'bigint' ? value.toString() : value })),
    leftOut: [...checkpoint.skipped].map(([name, reason]) => ({ name, reason })),
    guesses: guessKinds(shapes).map(({ kind, confidence }) => ({ kind: kind.name, confidence })),
  };
}
