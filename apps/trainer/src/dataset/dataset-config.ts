/** What `mfim-train dataset prepare` is told, by a YAML file or by its flags. */
import path from 'node:path';
import { z } from 'zod';
import { NEAR_DUPLICATE_BITS } from './duplicate-finder.ts';
import { HASH_BITS } from './face-hash.ts';
import type { SizedFolder } from './sized-outputs.ts';

const SMALLEST_SIZE = 8;
const LARGEST_SIZE = 4096;
const DEFAULT_SKIPPED = 0.1;

const different = (values: readonly unknown[]): boolean => new Set(values).size === values.length;

const collectionSchema = z.strictObject({
  name: z.string().regex(/^[^/\p{Cc}]+$/u, { error: 'a name without / and control characters' }),
  paths: z.array(z.string().min(1)).min(1),
  licence: z.string().min(1),
  heldOut: z.number().int().nonnegative().default(0),
});

/** The schema of a dataset config; its defaults are those of the flags. */
export const DATASET_SCHEMA = z.strictObject({
  sources: z
    .array(collectionSchema)
    .min(1)
    .refine((sources) => different(sources.map(({ name }) => name)), { error: 'two sources have the same name' }),
  out: z.string().min(1),
  sizes: z
    .array(z.number().int().min(SMALLEST_SIZE).max(LARGEST_SIZE))
    .min(1)
    .refine(different, { error: 'a size is listed twice' }),
  aligned: z.boolean().default(false),
  minimumFace: z.number().nonnegative().default(0),
  maxSkipped: z.number().min(0).max(1).default(DEFAULT_SKIPPED),
  duplicates: z
    .strictObject({
      keep: z.boolean().default(false),
      distance: z.number().int().min(0).max(HASH_BITS).default(NEAR_DUPLICATE_BITS),
    })
    .prefault({}),
});

/** A checked dataset config. */
export type DatasetConfig = z.infer<typeof DATASET_SCHEMA>;

/** One size goes into `out` itself, several into folders named after them. */
export function outputsOf({ out, sizes }: { readonly out: string; readonly sizes: readonly number[] }): readonly SizedFolder[] {
  return sizes.map((size) => ({ folder: sizes.length === 1 ? out : path.join(out, String(size)), size }));
}
