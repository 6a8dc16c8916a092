/** `mfim bundle`: a model bundle from imported weights. */
import { buildCommand } from '@stricli/core';
import type { MfimContext } from '../command-context.ts';
import { parseCount, parsePath } from '../parse-flags.ts';
import { loadJob } from './load-job.ts';

/** Flags of `mfim bundle`. */
export interface BundleFlags {
  readonly encoder: string;
  readonly generator?: string;
  readonly out: string;
  readonly name?: string;
  readonly weights: 'float32' | 'float16';
  readonly targetUpTo: number;
  readonly licence?: string;
}

/** See the brief below. */
export const bundleCommand = buildCommand<BundleFlags, [], MfimContext>({
  loader: loadJob(async () => (await import('./bundle.ts')).bundle),
  parameters: {
    flags: {
      encoder: { kind: 'parsed', parse: parsePath, brief: 'an imported encoder (psp, e4e)' },
      generator: { kind: 'parsed', parse: parsePath, optional: true, brief: 'an imported generator (stylegan2); default: the one in the encoder\'s file' },
      out: { kind: 'parsed', parse: parsePath, brief: 'folder of the bundle' },
      name: { kind: 'parsed', parse: parsePath, optional: true, brief: 'name of the model; default: that of the folder' },
      weights: { kind: 'enum', values: ['float32', 'float16'], default: 'float32', brief: 'how weights are stored' },
      targetUpTo: { kind: 'parsed', parse: parseCount, default: '16', brief: 'style codes up to this resolution come from the target' },
      licence: { kind: 'parsed', parse: parsePath, optional: true, brief: 'SPDX identifier of the weights\' licence; default NOASSERTION' },
    },
  },
  docs: { brief: 'Assemble a runnable model bundle from imported weights' },
});
