/** `mfim-train train CONFIG --out RUN`, `pretrain CONFIG --out RUN`, `regress CONFIG --out RUN` and `resume RUN`. */
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '@mfim/tensor-contracts';
import { buildCommand } from '@stricli/core';
import { applySettings, checkConfig, checkDocument, readConfig, readDocument } from '../config/read-config.ts';
import { PRETRAINING_SCHEMA } from '../pretraining/pretraining-config.ts';
import { REGRESSION_SCHEMA } from '../regression/regression-config.ts';
import { listCheckpoints, newestCheckpoint } from '../run/checkpoint-store.ts';
import { locked } from '../run/run-lock.ts';
import { CONFIG_FILE } from '../watch/run-files.ts';
import { performRegression } from './perform-regression.ts';
import { performRun } from './perform-run.ts';
import type { Job } from './perform-run.ts';
import { say } from './say.ts';
import { setFlag } from './set-flag.ts';

interface StartFlags {
  readonly out: string;
  readonly set?: readonly string[];
}

async function assertNew(out: string): Promise<void> {
  if ((await listCheckpoints(out)).length === 0) return;
  throw new InputError({ where: `--out ${out}`, expected: 'a folder without a run', got: 'checkpoints', remedy: `continue it with: mfim-train resume ${out}` });
}

async function train({ out, set }: StartFlags, file: string): Promise<void> {
  const config = await readConfig(file, set ?? []);
  await assertNew(out);
  await locked(out, () => performRun({ kind: 'train', config, folder: out }));
}

async function pretrain({ out, set }: StartFlags, file: string): Promise<void> {
  const config = await readDocument(PRETRAINING_SCHEMA, file, set ?? []);
  await assertNew(out);
  await locked(out, () => performRun({ kind: 'pretrain', config, folder: out }));
}

async function regress({ out, set }: StartFlags, file: string): Promise<void> {
  const config = await readDocument(REGRESSION_SCHEMA, file, set ?? []);
  await assertNew(out);
  await locked(out, () => performRegression({ kind: 'regress', config, folder: out }));
}

async function storedConfig(folder: string): Promise<Record<string, unknown>> {
  const file = path.join(folder, CONFIG_FILE);
  try {
    return JSON.parse(await readFile(file, 'utf8')) as Record<string, unknown>;
  } catch (cause) {
    throw new InputError({ where: folder, expected: `a run with ${CONFIG_FILE}`, got: String(cause), remedy: 'name a folder that mfim-train train made', cause });
  }
}

async function resume({ set }: { readonly set?: readonly string[] }, folder: string): Promise<void> {
  const document = applySettings(await storedConfig(folder), set ?? []) as Record<string, unknown>;
  await locked(folder, async () => {
    const checkpoint = await newestCheckpoint(folder, say);
    say(`continuing from step ${checkpoint.step}`);
    if (document['stage'] === 'regress') return performRegression({ kind: 'regress', config: checkDocument(REGRESSION_SCHEMA, document, folder), folder, checkpoint });
    const job: Job =
      document['stage'] === 'pretrain'
        ? { kind: 'pretrain', config: checkDocument(PRETRAINING_SCHEMA, document, folder), folder, checkpoint }
        : { kind: 'train', config: checkConfig(document, folder), folder, checkpoint };
    return performRun(job);
  });
}

const startParameters = {
  flags: { out: { kind: 'parsed', parse: String, brief: 'Folder of the new run' }, set: setFlag },
  positional: { kind: 'tuple', parameters: [{ parse: String, brief: 'YAML config', placeholder: 'config' }] },
} as const;

/** Starts a run of MFIM training. */
export const trainCommand = buildCommand({ func: train, parameters: startParameters, docs: { brief: 'Train MFIM from a config' } });

/** Starts a run of StyleGAN2 pre-training. */
export const pretrainCommand = buildCommand({ func: pretrain, parameters: startParameters, docs: { brief: 'Train a StyleGAN2 generator from a config' } });

/** Starts a run that trains the face regressor. */
export const regressCommand = buildCommand({ func: regress, parameters: startParameters, docs: { brief: 'Train the 3D face regressor from a config' } });

/** Continues a run. */
export const resumeCommand = buildCommand({
  func: resume,
  parameters: {
    flags: { set: setFlag },
    positional: { kind: 'tuple', parameters: [{ parse: String, brief: 'Folder of the run', placeholder: 'run' }] },
  },
  docs: { brief: 'Continue a run from its newest whole checkpoint' },
});
