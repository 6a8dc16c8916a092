/** Reads a YAML configuration and applies `a.b=c` settings to it. */
import { readFile } from 'node:fs/promises';
import { InputError } from '@mfim/tensor-contracts';
import { parse } from 'yaml';
import { z } from 'zod';
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

/**
 * Validates a parsed document.
 *
 * @throws InputError that lists every field that is wrong
 */
export function checkConfig(document: unknown, where: string): TrainingConfig {
  const result = TRAINING_SCHEMA.safeParse(document);
  if (result.success) return result.data;
  throw new InputError({
    where,
    expected: 'a training config',
    got: `\n${z.prettifyError(result.error)}\n`,
    remedy: 'correct these fields; apps/trainer/configs has whole examples',
  });
}

/**
 * @param path a YAML file
 * @param settings such as `objective.identity=5`
 * @throws InputError when the file is absent, is not YAML, or does not fit the schema
 */
export async function readConfig(path: string, settings: readonly string[] = []): Promise<TrainingConfig> {
  let document: unknown;
  try {
    document = parse(await readFile(path, 'utf8'));
  } catch (cause) {
    throw new InputError({ where: path, expected: 'a readable YAML file', got: String(cause), remedy: 'check the path and the syntax', cause });
  }
  if (typeof document !== 'object' || document === null) {
    throw new InputError({ where: path, expected: 'a YAML mapping', got: typeof document, remedy: 'start from a file in apps/trainer/configs' });
  }
  for (const setting of settings) applySetting(document as Node, setting);
  return checkConfig(document, path);
}
