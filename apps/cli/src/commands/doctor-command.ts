/** `mfim doctor`: what this machine has and lacks. */
import { buildCommand } from '@stricli/core';
import { parsePath } from '../parse-flags.ts';
import { loadJob } from './load-job.ts';

/** Flags of `mfim doctor`. */
export interface DoctorFlags {
  readonly model?: string;
  readonly json: boolean;
}

/** See the brief below. */
export const doctorCommand = buildCommand({
  loader: loadJob(async () => (await import('./doctor.ts')).doctor),
  parameters: {
    flags: {
      model: { kind: 'parsed', parse: parsePath, optional: true, brief: 'folder of the model bundle' },
      json: { kind: 'boolean', default: false, brief: 'print JSON' },
    },
  },
  docs: {
    brief: 'Check this machine and the model; say what is missing',
    fullDescription: 'Exit code 0 when everything that swapping needs works, 2 otherwise. Optional parts never fail it.',
  },
});
