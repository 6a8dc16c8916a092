/** `mfim inspect`: what a weight file is and holds. */
import { buildCommand } from '@stricli/core';
import type { MfimContext } from '../command-context.ts';
import { parsePath } from '../parse-flags.ts';
import { loadJob } from './load-job.ts';

/** Flags of `mfim inspect`. */
export interface InspectFlags {
  readonly namesOnly: boolean;
  readonly json: boolean;
}

/** See the brief below. */
export const inspectCommand = buildCommand<InspectFlags, [string], MfimContext>({
  loader: loadJob(async () => (await import('./inspect.ts')).inspect),
  parameters: {
    flags: {
      namesOnly: { kind: 'boolean', default: false, brief: 'names and shapes without mean and range: reads only the file\'s directory' },
      json: { kind: 'boolean', default: false, brief: 'print JSON' },
    },
    positional: { kind: 'tuple', parameters: [{ parse: parsePath, brief: 'a weight file, or the folder of a model bundle', placeholder: 'file' }] },
  },
  docs: {
    brief: 'Show what a weight file is, its tensors, and what its pickles would have done; executes nothing',
    fullDescription: [
      'Reads safetensors, PyTorch (.pt, .pth, .tar; zip and legacy), TorchScript, NVIDIA .pkl, .npz, .npy, ONNX, HDF5 and our bundles, of any size.',
      'Exit code 3 when a pickle names something that a weight file has no business with; 2 when the file is damaged.',
    ].join('\n'),
  },
});
