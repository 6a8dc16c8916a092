/** `mfim import`: a foreign weight file in our names and layouts. */
import { buildCommand } from '@stricli/core';
import type { MfimContext } from '../command-context.ts';
import { parsePath, parseStrength } from '../parse-flags.ts';
import { loadJob } from './load-job.ts';

/** Flags of `mfim import`. */
export interface ImportFlags {
  readonly out: string;
  readonly also?: string;
  readonly verify?: string;
  readonly tolerance: number;
}

/** See the brief below. */
export const importCommand = buildCommand<ImportFlags, [string, string], MfimContext>({
  loader: loadJob(async () => (await import('./import.ts')).importWeights),
  parameters: {
    flags: {
      out: { kind: 'parsed', parse: parsePath, brief: 'the safetensors file to write' },
      also: { kind: 'parsed', parse: parsePath, optional: true, brief: "a second file, of networks that their origin keeps in two: LPIPS's heads beside their trunk" },
      verify: { kind: 'parsed', parse: parsePath, optional: true, brief: "inputs and the origin's own outputs, .npz or .safetensors (input.NAME, output.NAME): run the network and compare" },
      tolerance: { kind: 'parsed', parse: parseStrength, default: '0.0001', brief: 'with --verify: largest relative error' },
    },
    positional: {
      kind: 'tuple',
      parameters: [
        { parse: parsePath, brief: 'what the file is, such as stylegan2; a wrong one lists them', placeholder: 'kind' },
        { parse: parsePath, brief: 'the foreign weight file', placeholder: 'file' },
      ],
    },
  },
  docs: { brief: "Read another project's weights; nothing in the file is executed" },
});
