/** `mfim-train bench CONFIG`: how long a training step takes here, beside the same step in PyTorch. */
import { mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { InputError } from '@mfim/tensor-contracts';
import { buildCommand } from '@stricli/core';
import { assertUsable, findPytorch, usableEngines } from '../bench/find-opponents.ts';
import type { BenchDevice } from '../bench/find-opponents.ts';
import { measureTraining } from '../bench/measure-training.ts';
import { reportLines } from '../bench/report-lines.ts';
import { readConfig } from '../config/read-config.ts';
import type { EngineName } from '../engine/engine-names.ts';
import { ENGINES, engineNamed } from '../engine/registry.ts';
import { say } from './say.ts';
import { setFlag } from './set-flag.ts';

interface Flags {
  readonly engine?: readonly string[];
  readonly variant: readonly string[];
  readonly device: BenchDevice;
  readonly runs: number;
  readonly threads: number;
  readonly set?: readonly string[];
  readonly json: boolean;
}

const remark = (line: string): void => void process.stderr.write(`${line}\n`);

async function enginesFor({ engine = [], device }: Flags): Promise<readonly EngineName[]> {
  return engine.length > 0 ? assertUsable(engine.map(engineNamed)) : usableEngines(ENGINES, device, remark);
}

function checkCounts({ runs, threads }: Flags): void {
  for (const [name, value] of Object.entries({ runs, threads })) {
    if (Number.isInteger(value) && value > 0) continue;
    throw new InputError({ where: `bench --${name}`, expected: 'a whole number of 1 or more', got: String(value), remedy: 'leave it out for the default' });
  }
}

async function bench(flags: Flags, file: string): Promise<void> {
  checkCounts(flags);
  const { variant: variants, device, runs, threads, set, json } = flags;
  const config = await readConfig(file, set ?? []);
  const engines = await enginesFor(flags);
  if (engines.length === 0) return remark(`bench ${file}: skipped, no engine works here; mfim-train doctor tells how to get one`);
  const pytorch = await findPytorch(process.env, device);
  const folder = await mkdtemp(path.join(tmpdir(), 'mfim-bench-'));
  try {
    const partner = 'program' in pytorch ? { ...pytorch, variants } : pytorch;
    const report = await measureTraining({ config, engines, pytorch: partner, runs, threads, folder, remark });
    const about = { config: file, name: config.name, resolution: config.generator.resolution, batch: config.batch };
    const machine = { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length, threads, node: process.version };
    if (json) return say(JSON.stringify({ ...about, machine, device, runs, ...report }, undefined, 2));
    say(`${about.name}: ${about.resolution} pixels, batch ${about.batch}; ${machine.cpu}, ${machine.cores} cores, ${threads} threads; medians of ${runs}`);
    for (const line of reportLines(report)) say(line);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Times the step. */
export const benchCommand = buildCommand({
  func: bench,
  parameters: {
    flags: {
      engine: { kind: 'parsed', parse: String, variadic: true, optional: true, brief: 'Engine to measure, or several; default: all that work here, but cpu' },
      variant: { kind: 'parsed', parse: String, variadic: ',', default: ['nchw-activations', 'channels-last-activations'], brief: "PyTorch's: layout (nchw, channels-last) and where the style goes (activations, weights)" },
      device: { kind: 'enum', values: ['cpu', 'cuda'], default: 'cpu', brief: 'Where both sides compute' },
      runs: { kind: 'parsed', parse: Number, default: '5', brief: 'Counted rounds after a warm-up' },
      threads: { kind: 'parsed', parse: Number, default: String(availableParallelism()), brief: 'Threads of each side' },
      set: setFlag,
      json: { kind: 'boolean', default: false, brief: 'Print JSON' },
    },
    positional: { kind: 'tuple', parameters: [{ parse: String, brief: 'YAML config', placeholder: 'config' }] },
  },
  docs: {
    brief: 'Time a training step on this machine, beside PyTorch where it is installed',
    fullDescription: 'First every side takes one step from the same weights, and terms and gradients must agree; then all take steps of every kind in turns. The dataset is not read: pixels are random.',
  },
});
