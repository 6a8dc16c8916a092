/** The schemas of the configs, as JSON Schema for editors. */
import { z } from 'zod';
import { DATASET_SCHEMA } from '../dataset/dataset-config.ts';
import { PRETRAINING_SCHEMA } from '../pretraining/pretraining-config.ts';
import { REGRESSION_SCHEMA } from '../regression/regression-config.ts';
import { TRAINING_SCHEMA } from './training-config.ts';

/** By the name of the stage. */
export const SCHEMAS = { dataset: DATASET_SCHEMA, pretrain: PRETRAINING_SCHEMA, train: TRAINING_SCHEMA, regress: REGRESSION_SCHEMA } as const;

/** A stage with a config. */
export type SchemaName = keyof typeof SCHEMAS;

/** The text of a schema's file; fields with a default may be left out. */
export function publishedSchema(name: SchemaName): string {
  return `${JSON.stringify({ title: `mfim-train ${name}`, ...z.toJSONSchema(SCHEMAS[name], { io: 'input' }) }, null, 2)}\n`;
}
