/** Reads a YAML configuration, applies `a.b=c` settings to it, and validates it. */
import { readFile } from 'node:fs/promises';
import { InputError } from '@mfim/tensor-contracts';
import { parse } from 'yaml';
import { z } from 'zod';
import { nearestKeys } from './nearest-keys.ts';
import { TRAINING_SCHEMA } from './training-config.ts';
import type { TrainingConfig } from './training-config.ts';

type Node = Record<string, unknown>;

function applySetting(document: Node, setting: string): void {
  const equals = setting.indexOf('=');
  if (equals < 1) {
    throw new InputError({ where: `--set ${setting}`, expected: 'key.inner=value', got: setting, remedy: 'write for instance --set optimiser.generatorRate=0.001' });
  }
  const path = setting.slice(0, equals).split('.');
  const last = path.pop() as string;
  let node = document;
  for (const key of path) {
    const inner = Object.hasOwn(node, key) ? node[key] : undefined;
    if (typeof inner !== 'object' || inner === null) {
      throw new InputError({ where: `--set ${setting}`, expected: `a section '${key}' in the config`, got: 'none', remedy: 'use a key path that the config has' });
    }
    node = inner as Node;
  }
  Object.defineProperty(node, last, { value: parse(setting.slice(equals + 1)), enumerable: true, configurable: true, writable: true });
}

/** Changes values of a parsed document. @throws InputError when it is no mapping, or has no such section */
export function applySettings(document: unknown, settings: readonly string[], where = 'config'): unknown {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new InputError({ where, expected: 'a YAML mapping', got: Array.isArray(document) ? 'a list' : typeof document, remedy: 'start from a file in apps/trainer/configs' });
  }
  for (const setting of settings) applySetting(document as Node, setting);
  return document;
}

/**
 * Validates a parsed document.
 *
 * @throws InputError that lists every field that is wrong, unknown keys with the nearest known one
 */
export function checkDocument<Schema extends z.ZodType>(schema: Schema, document: unknown, where: string): z.infer<Schema> {
  const result = schema.safeParse(document);
  if (result.success) return result.data;
  const hints = nearestKeys(schema, result.error);
  throw new InputError({
    where,
    expected: 'a config of the published schema',
    got: `\n${[z.prettifyError(result.error), ...hints].join('\n')}\n`,
    remedy: 'correct these fields; apps/trainer/configs has whole examples',
  });
}

/** Reads a YAML file of any schema. @throws InputError when it is absent, is not YAML, or does not fit */
export async function readDocument<Schema extends z.ZodType>(schema: Schema, path: string, settings: readonly string[] = []): Promise<z.infer<Schema>> {
  let document: unknown;
  try {
    document = parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new InputError({ where: path, expected: 'a readable YAML file', got: String(cause), remedy: 'check the path and the syntax', cause });
  }
  return checkDocument(schema, applySettings(document, settings, path), path);
}

/** Validates the config of `mfim-train train`. */
export function checkConfig(document: unknown, where: string): TrainingConfig {
  return checkDocument(TRAINING_SCHEMA, document, where);
}

/**
 * @param path a YAML file of `mfim-train train`
 * @param settings such as `objective.identity=5`
 * @throws InputError when the file is absent, is not YAML, or does not fit the schema
 */
export async function readConfig(path: string, settings: readonly string[] = []): Promise<TrainingConfig> {
  return readDocument(TRAINING_SCHEMA, path, settings);
}
