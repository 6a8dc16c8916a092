/** `mfim evaluate`: measures a model on random pairs of portraits. */
import { buildCommand } from '@stricli/core';
import { parseCount, parseIndex, parsePath } from '../parse-flags.ts';
import { loadJob } from './load-job.ts';

/** Flags of `mfim evaluate`. */
export interface EvaluateFlags {
  readonly photos: string;
  readonly pairs: number;
  readonly seed: number;
  readonly lpips?: string;
  readonly face3d?: string;
  readonly sheet?: string;
  readonly model?: string;
  readonly json: boolean;
}

/** See the brief below. */
export const evaluateCommand = buildCommand({
  loader: loadJob(async () => (await import('./evaluate.ts')).evaluate),
  parameters: {
    flags: {
      photos: { kind: 'parsed', parse: parsePath, brief: 'folder of portraits' },
      pairs: { kind: 'parsed', parse: parseCount, default: '50', brief: 'how many random pairs' },
      seed: { kind: 'parsed', parse: parseIndex, default: '1', brief: 'which pairs' },
      lpips: {
        kind: 'parsed',
        parse: parsePath,
        optional: true,
        brief: 'folder with squeezenet1_1-features.pth and v0.1-squeeze.pth; adds LPIPS',
      },
      face3d: {
        kind: 'parsed',
        parse: parsePath,
        optional: true,
        brief: 'folder of the face regressor that measures shape, pose and expression; default MFIM_FACE3D, else models/open-face3d',
      },
      sheet: { kind: 'parsed', parse: parsePath, optional: true, brief: 'write a contact sheet of the first pairs (.png)' },
      model: { kind: 'parsed', parse: parsePath, optional: true, brief: 'folder of the model bundle' },
      json: { kind: 'boolean', default: false, brief: 'print JSON' },
    },
  },
  docs: { brief: 'Measure identity, reconstruction, shape, pose and expression over random pairs of portraits' },
});
