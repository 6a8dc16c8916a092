/** `mfim-train export RUN --out BUNDLE`. */
import { readFile } from 'node:fs/promises';
import { InputError } from '@mfim/tensor-contracts';
import { buildCommand } from '@stricli/core';
import { z } from 'zod';
import { openEngine } from '../engine/open-engine.ts';
import { exportBundle } from '../export/export-bundle.ts';
import { STEP_FLAG, chosenCheckpoint } from './chosen-checkpoint.ts';

interface Flags {
  readonly out: string;
  readonly float32: boolean;
  readonly step?: string;
  readonly metrics?: string;
}

/** The flag. */
export const METRICS_FLAG = { kind: 'parsed', parse: String, optional: true, brief: 'JSON file of measured numbers' } as const;

/** @throws InputError when the file is no JSON object of numbers */
export async function readMetrics(file: string | undefined): Promise<Record<string, number>> {
  if (file === undefined) return {};
  const parsed = z.record(z.string(), z.number()).safeParse(JSON.parse(await readFile(file, 'utf8')));
  if (parsed.success) return parsed.data;
  throw new InputError({ where: `--metrics ${file}`, expected: 'a JSON object of numbers', got: z.prettifyError(parsed.error), remedy: 'write one number for each metric name' });
}

async function exportRun({ out, float32, metrics, step }: Flags, run: string): Promise<void> {
  await openEngine('cpu');
  const manifest = await exportBundle({
    checkpoint: await chosenCheckpoint(run, step),
    folder: out,
    weights: float32 ? 'float32' : 'float16',
    metrics: await readMetrics(metrics),
  });
  const bytes = Object.values(manifest.files).reduce((sum, file) => sum + file.bytes, 0);
  process.stdout.write(`${manifest.name}: ${Object.keys(manifest.files).length} networks, ${(bytes / 1e6).toFixed(1)} MB, in ${out}\n`);
}

/** Exports a run's averaged weights. */
export const exportCommand = buildCommand({
  func: exportRun,
  parameters: {
    flags: {
      out: { kind: 'parsed', parse: String, brief: 'Folder of the bundle' },
      float32: { kind: 'boolean', default: false, brief: 'Store weights as float32 instead of float16' },
      step: STEP_FLAG,
      metrics: METRICS_FLAG,
    },
    positional: { kind: 'tuple', parameters: [{ parse: String, brief: 'Folder of the run', placeholder: 'run' }] },
  },
  docs: { brief: 'Export a run as a model bundle' },
});
