/** `mfim bench`: how long a swap takes here. */
import { buildCommand } from '@stricli/core';
import type { FigureLetter } from '../bench/figures/figure.ts';
import { parseCount, parseFigures, parsePath } from '../parse-flags.ts';
import { loadJob } from './load-job.ts';

/** Flags of `mfim bench`. */
export interface BenchFlags {
  readonly random: boolean;
  readonly resolution?: number;
  readonly runs: number;
  readonly model?: string;
  readonly figures?: readonly FigureLetter[];
  readonly json: boolean;
}

/** See the brief below. */
export const benchCommand = buildCommand({
  loader: loadJob(async () => (await import('./bench.ts')).bench),
  parameters: {
    flags: {
      random: { kind: 'boolean', default: false, brief: 'full-size networks with random weights instead of a bundle' },
      resolution: { kind: 'parsed', parse: parseCount, optional: true, brief: 'with --random: 64 to 1024 (default 1024)' },
      runs: { kind: 'parsed', parse: parseCount, default: '5', brief: 'counted runs after a warm-up' },
      model: { kind: 'parsed', parse: parsePath, optional: true, brief: 'folder of the model bundle' },
      figures: { kind: 'parsed', parse: parseFigures, optional: true, brief: "instead of a swap: the project's figures, all or some, such as a,b,g" },
      json: { kind: 'boolean', default: false, brief: 'print JSON' },
    },
  },
  docs: { brief: 'Time a swap on this machine, beside PyTorch where it is installed' },
});
