/** `mfim mix`: the identities of several people onto one face. */
import { buildCommand } from '@stricli/core';
import { parseIndex, parsePath, parseStrength, parseWeights } from '../parse-flags.ts';
import { loadJob } from './load-job.ts';

/** Flags of `mfim mix`. */
export interface MixFlags {
  readonly target: string;
  readonly source: readonly string[];
  readonly out: string;
  readonly weights?: readonly number[];
  readonly preset?: string;
  readonly recipe?: string;
  readonly strength?: number;
  readonly saveRecipe?: string;
  readonly report?: string;
  readonly face?: number;
  readonly model?: string;
  readonly colourTransfer: boolean;
}

/** See the brief below. */
export const mixCommand = buildCommand({
  loader: loadJob(async () => (await import('./mix.ts')).mix),
  parameters: {
    flags: {
      target: { kind: 'parsed', parse: parsePath, brief: 'photo that gets the mixed identity' },
      source: { kind: 'parsed', parse: parsePath, variadic: true, brief: 'photo of one person; repeat for each' },
      out: { kind: 'parsed', parse: parsePath, brief: 'the result: .png, .jpg or .webp; missing folders are created' },
      weights: { kind: 'parsed', parse: parseWeights, optional: true, brief: 'a weight for each source, such as 0.7,0.3' },
      preset: { kind: 'parsed', parse: parsePath, optional: true, brief: 'a ready mix, such as global+local' },
      recipe: { kind: 'parsed', parse: parsePath, optional: true, brief: 'a recipe file; its people in the order of the sources' },
      strength: { kind: 'parsed', parse: parseStrength, optional: true, brief: "0 keeps the target's identity, 1 is the full mix" },
      saveRecipe: { kind: 'parsed', parse: parsePath, optional: true, brief: 'write the mix as a recipe file' },
      report: { kind: 'parsed', parse: parsePath, optional: true, brief: 'write identity cosines, faces and times as JSON' },
      face: { kind: 'parsed', parse: parseIndex, optional: true, brief: "number of the target's face (default: the largest)" },
      model: { kind: 'parsed', parse: parsePath, optional: true, brief: 'folder of the model bundle' },
      colourTransfer: { kind: 'boolean', default: true, brief: 'fit the colours of the result to the photo' },
    },
  },
  docs: { brief: 'Mix the identities of several people onto one face' },
});
