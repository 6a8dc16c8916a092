/** `shard.json` of a shard: how it was prepared and what its index does not say, for `merge-shards.ts`. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '@mfim/tensor-contracts';
import { z } from 'zod';
import { replaceFile } from '../files/replace-file.ts';

/** Name of the manifest inside a shard's folder. */
export const SHARD_FILE = 'shard.json';

const manifestSchema = z.strictObject({
  format: z.literal('mfim-dataset-shard'),
  version: z.literal(1),
  shard: z.strictObject({ index: z.number().int().positive(), count: z.number().int().positive() }),
  /** What all shards of a dataset must have in common. */
  settings: z.strictObject({
    collections: z.array(z.strictObject({ name: z.string(), licence: z.string(), heldOut: z.number().int().nonnegative() })),
    sizes: z.array(z.number().int().positive()),
    aligned: z.boolean(),
    minimumFace: z.number(),
    duplicates: z.strictObject({ distance: z.number(), keep: z.boolean() }),
  }),
  /** False from the beginning of a run to its end. */
  complete: z.boolean(),
  read: z.number().int().nonnegative(),
  skipped: z.array(z.strictObject({ origin: z.string(), reason: z.string(), place: z.number().int().nonnegative() })),
  unused: z.array(z.string()),
});

/** See the file's head. */
export type ShardManifest = z.infer<typeof manifestSchema>;

export async function writeShardManifest(folder: string, manifest: Omit<ShardManifest, 'format' | 'version'>): Promise<void> {
  await replaceFile(path.join(folder, SHARD_FILE), `${JSON.stringify({ format: 'mfim-dataset-shard', version: 1, ...manifest }, undefined, 2)}\n`);
}

/** @throws InputError when the folder holds no shard */
export async function readShardManifest(folder: string): Promise<ShardManifest> {
  const file = path.join(folder, SHARD_FILE);
  const refuse = (got: string, cause?: unknown): InputError => new InputError({ where: file, expected: 'the manifest of a shard', got, remedy: 'prepare this shard again: mfim-train dataset prepare --shard', cause });
  const text = await readFile(file, 'utf8').catch((cause: unknown) => {
    throw refuse(String(cause), cause);
  });
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (cause) {
    throw refuse('no JSON', cause);
  }
  const parsed = manifestSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  throw refuse(z.prettifyError(parsed.error));
}
