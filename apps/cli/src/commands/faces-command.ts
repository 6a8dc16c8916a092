/** `mfim faces`: which faces a photo has. */
import { buildCommand } from '@stricli/core';
import type { MfimContext } from '../command-context.ts';
import { parsePath } from '../parse-flags.ts';
import { loadJob } from './load-job.ts';

/** Flags of `mfim faces`. */
export interface FacesFlags {
  readonly json: boolean;
  readonly thumbnails?: string;
}

/** See the brief below. */
export const facesCommand = buildCommand<FacesFlags, [string], MfimContext>({
  loader: loadJob(async () => (await import('./faces.ts')).faces),
  parameters: {
    flags: {
      json: { kind: 'boolean', default: false, brief: 'print JSON' },
      thumbnails: { kind: 'parsed', parse: parsePath, optional: true, brief: 'write the aligned faces into this folder' },
    },
    positional: { kind: 'tuple', parameters: [{ parse: parsePath, brief: 'the photo', placeholder: 'photo' }] },
  },
  docs: { brief: 'List the faces of a photo with the numbers that --face takes' },
});
