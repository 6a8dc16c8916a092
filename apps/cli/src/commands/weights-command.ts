/** `mfim weights list|get|add`: weights of others and your own, in one cache. */
import { buildCommand, buildRouteMap } from '@stricli/core';
import type { MfimContext } from '../command-context.ts';
import { parsePath } from '../parse-flags.ts';
import { loadJob } from './load-job.ts';

const manifest = { kind: 'parsed', parse: parsePath, optional: true, brief: 'a manifest to use in place of the built-in one (JSON)' } as const;
const json = { kind: 'boolean', default: false, brief: 'print JSON' } as const;

/** Flags of `mfim weights list`. */
export interface WeightsListFlags {
  readonly manifest?: string;
  readonly json: boolean;
}

const listCommand = buildCommand<WeightsListFlags, [string?], MfimContext>({
  loader: loadJob(async () => (await import('./weights-list.ts')).listWeights),
  parameters: {
    flags: { manifest, json },
    positional: { kind: 'tuple', parameters: [{ parse: String, brief: 'everything about this one', placeholder: 'name', optional: true }] },
  },
  docs: { brief: 'List known weights: what they are for, their licences, and which are here' },
});

/** Flags of `mfim weights get`. */
export interface WeightsGetFlags {
  readonly from?: string;
  readonly acceptLicence: boolean;
  readonly update: boolean;
  readonly manifest?: string;
  readonly json: boolean;
}

const getCommand = buildCommand<WeightsGetFlags, [string], MfimContext>({
  loader: loadJob(async () => (await import('./weights-get.ts')).getWeights),
  parameters: {
    flags: {
      from: { kind: 'parsed', parse: parsePath, optional: true, brief: 'the file itself, fetched another way; no network is used' },
      acceptLicence: { kind: 'boolean', default: false, brief: 'you have read the terms (mfim weights list NAME) and accept them' },
      update: { kind: 'boolean', default: false, brief: 'fetch it again and take what the address has now; versions that are here stay' },
      manifest,
      json,
    },
    positional: { kind: 'tuple', parameters: [{ parse: String, brief: 'the name, or NAME@SHA256START for a version that is here', placeholder: 'name' }] },
  },
  docs: {
    brief: 'Print the path of checked weights, after downloading them where needed',
    fullDescription: [
      'A download that was cut off goes on where it stopped. Bytes and SHA-256 are checked against the manifest; where it',
      'knows none, the first download pins them and every later one must be equal. Weights lie in MFIM_CACHE (else ~/.cache/mfim).',
    ].join('\n'),
  },
});

/** Flags of `mfim weights add`. */
export interface WeightsAddFlags {
  readonly name?: string;
  readonly kind?: string;
  readonly licence?: string;
  readonly json: boolean;
}

const addCommand = buildCommand<WeightsAddFlags, [string], MfimContext>({
  loader: loadJob(async () => (await import('./weights-add.ts')).addOwnWeights),
  parameters: {
    flags: {
      name: { kind: 'parsed', parse: String, optional: true, brief: 'its name (default: made from the file name)' },
      kind: { kind: 'parsed', parse: String, optional: true, brief: 'what it is, such as stylegan2' },
      licence: { kind: 'parsed', parse: String, optional: true, brief: 'its terms, to be remembered with it' },
      json,
    },
    positional: { kind: 'tuple', parameters: [{ parse: parsePath, brief: 'the file', placeholder: 'file' }] },
  },
  docs: { brief: 'Copy a file of your own into the cache and print its path' },
});

/** See the brief below. */
export const weightsCommand = buildRouteMap({
  routes: { list: listCommand, get: getCommand, add: addCommand },
  docs: { brief: 'Find, download and keep network weights, with their licences' },
});
