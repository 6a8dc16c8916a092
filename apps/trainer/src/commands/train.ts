/** `mfim-train train CONFIG --out RUN` and `mfim-train resume RUN`. */
import { access, readFile } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '@mfim/tensor-contracts';
import { buildCommand } from '@stricli/core';
import { CHECKPOINT_FILE } from '../checkpoint/save-checkpoint.ts';
import { checkConfig, readConfig } from '../config/read-config.ts';
import type { TrainingConfig } from '../config/training-config.ts';
import { readTrainingSet } from '../dataset/read-training-set.ts';
import { openEngine } from '../engine/open-engine.ts';
import { runTraining } from '../training/run-training.ts';

const EXIT_INTERRUPTED = 130;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Ctrl-C finishes the step and saves; a second one ends at once (saving is atomic). */
function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(EXIT_INTERRUPTED);
    say('interrupted: finishing this step and saving (again to end at once)');
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return controller.signal;
}

async function exists(file: string): Promise<boolean> {
  return access(file).then(() => true, () => false);
}

async function start(config: TrainingConfig, folder: string, goOn: boolean): Promise<void> {
  const engine = await openEngine(config.engine);
  say(engine.description);
  const data = await readTrainingSet(config.dataset, config.sourceOnly);
  say(`${data.training.length} images to train on, ${data.heldOut.length} held out`);
  const signal = interruptSignal();
  const last = await runTraining({ config, folder, data, resume: goOn, signal, say });
  say(`stopped at step ${last}; saved in ${folder}`);
  if (signal.aborted) process.exitCode = EXIT_INTERRUPTED;
}

async function train({ out, set }: { readonly out: string; readonly set?: readonly string[] }, file: string): Promise<void> {
  const config = await readConfig(file, set ?? []);
  if (await exists(path.join(out, CHECKPOINT_FILE))) {
    throw new InputError({ where: `--out ${out}`, expected: 'a folder without a run', got: 'a checkpoint', remedy: `continue it with: mfim-train resume ${out}` });
  }
  await start(config, out, false);
}

async function resume({ set }: { readonly set?: readonly string[] }, folder: string): Promise<void> {
  const file = path.join(folder, 'config.json');
  if (!(await exists(file)) || !(await exists(path.join(folder, CHECKPOINT_FILE)))) {
    throw new InputError({ where: folder, expected: 'a run with config.json and a checkpoint', got: 'neither or one', remedy: 'name a folder that mfim-train train made' });
  }
  const config = set === undefined || set.length === 0 ? checkConfig(JSON.parse(await readFile(file, 'utf8')), file) : await readConfig(file, set);
  await start(config, folder, true);
}

const setFlag = {
  kind: 'parsed',
  parse: String,
  variadic: true,
  optional: true,
  brief: 'Change a value of the config: key.inner=value',
  placeholder: 'key=value',
} as const;

/** Starts a run. */
export const trainCommand = buildCommand({
  func: train,
  parameters: {
    flags: { out: { kind: 'parsed', parse: String, brief: 'Folder of the new run' }, set: setFlag },
    positional: { kind: 'tuple', parameters: [{ parse: String, brief: 'YAML config', placeholder: 'config' }] },
  },
  docs: { brief: 'Train from a config' },
});

/** Continues a run. */
export const resumeCommand = buildCommand({
  func: resume,
  parameters: {
    flags: { set: setFlag },
    positional: { kind: 'tuple', parameters: [{ parse: String, brief: 'Folder of the run', placeholder: 'run' }] },
  },
  docs: { brief: 'Continue a run from its checkpoint' },
});
