/** `mfim swap`: one identity onto one face. */
import { buildCommand } from '@stricli/core';
import { parseIndex, parsePath } from '../parse-flags.ts';
import { loadJob } from './load-job.ts';

/** Flags of `mfim swap`. */
export interface SwapFlags {
  readonly source: string;
  readonly target: string;
  readonly out: string;
  readonly report?: string;
  readonly face?: number;
  readonly sourceFace?: number;
  readonly model?: string;
  readonly colourTransfer: boolean;
}

/** See the brief below. */
export const swapCommand = buildCommand({
  loader: loadJob(async () => (await import('./swap.ts')).swap),
  parameters: {
    flags: {
      source: { kind: 'parsed', parse: parsePath, brief: 'photo of the person whose identity is taken' },
      target: { kind: 'parsed', parse: parsePath, brief: 'photo that gets the identity' },
      out: { kind: 'parsed', parse: parsePath, brief: 'the result: .png, .jpg or .webp; missing folders are created' },
      report: { kind: 'parsed', parse: parsePath, optional: true, brief: 'write identity cosines, faces and times as JSON' },
      face: { kind: 'parsed', parse: parseIndex, optional: true, brief: "number of the target's face (default: the largest)" },
      sourceFace: { kind: 'parsed', parse: parseIndex, optional: true, brief: "number of the source's face" },
      model: { kind: 'parsed', parse: parsePath, optional: true, brief: 'folder of the model bundle' },
      colourTransfer: { kind: 'boolean', default: true, brief: 'fit the colours of the result to the photo' },
    },
  },
  docs: { brief: 'Swap the identity of one face onto another' },
});
