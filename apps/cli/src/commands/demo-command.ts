/** `mfim demo`: a tour with people who do not exist. */
import { buildCommand } from '@stricli/core';
import { parsePath } from '../parse-flags.ts';
import { loadJob } from './load-job.ts';

/** Flags of `mfim demo`. */
export interface DemoFlags {
  readonly out: string;
  readonly model?: string;
}

/** See the brief below. */
export const demoCommand = buildCommand({
  loader: loadJob(async () => (await import('./demo.ts')).demo),
  parameters: {
    flags: {
      out: { kind: 'parsed', parse: parsePath, default: 'out', brief: 'folder for the images and the contact sheet' },
      model: { kind: 'parsed', parse: parsePath, optional: true, brief: 'folder of the model bundle' },
    },
  },
  docs: { brief: 'Swap and mix faces of people who do not exist, with one contact sheet' },
});
