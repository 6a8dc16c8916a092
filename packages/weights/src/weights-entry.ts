/** What is known of a file of weights: data, checked by a schema, so that users can bring manifests of their own. */
import { InputError } from '@mfim/tensor-contracts';
import { z } from 'zod';

const SHA256 = /^[0-9a-f]{64}$/u;

const terms = z.strictObject({
  /** The licence's name, or what is known when there is none. */
  terms: z.string().min(1),
  /** Where they can be read. */
  url: z.url().optional(),
});

const entrySchema = z.strictObject({
  name: z.string().regex(/^[a-z0-9]+(?:[.-][a-z0-9]+)*$/u, 'small letters, digits, dots and dashes'),
  /** What the file is, as `mfim import` calls it where it can be imported. */
  kind: z.string().min(1),
  purpose: z.string().min(1),
  /** The file's name at its origin. */
  file: z.string().regex(/^[^/\\\0]+$/u, 'a plain file name'),
  /** The page of its project that offers it. */
  page: z.url(),
  /** Where it can be fetched without asking anyone; the first is official. Absent: only by hand. */
  urls: z.array(z.url()).min(1).optional(),
  /** What must be done by hand. */
  byHand: z.string().min(1).optional(),
  /** Absent: not known to us; the first download pins it. */
  bytes: z.number().int().positive().optional(),
  /** Absent: not known to us; the first download pins it. */
  sha256: z.string().regex(SHA256).optional(),
  /** Known first digits of the sum, as some projects put into file names. */
  sha256Start: z.string().regex(/^[0-9a-f]{6,63}$/u).optional(),
  licence: z.strictObject({ code: terms, weights: terms, data: terms }),
});

const manifestSchema = z.strictObject({
  schema: z.literal('mfim-weights/1'),
  weights: z.array(entrySchema),
});

/** A known file of weights. */
export type WeightsEntry = z.infer<typeof entrySchema>;

function refuse(where: string, got: string, cause?: unknown): never {
  throw new InputError({ where, expected: 'a manifest of weights (schema mfim-weights/1)', got, remedy: 'correct the manifest', cause });
}

/** Two entries of one name, and an entry without a way to get it, are faults too. */
function checkEntries(where: string, entries: readonly WeightsEntry[]): readonly WeightsEntry[] {
  const names = entries.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) refuse(where, `${twice} twice`);
  const lost = entries.find(({ urls, byHand }) => urls === undefined && byHand === undefined);
  if (lost !== undefined) refuse(where, `${lost.name} with neither urls nor byHand`);
  return entries;
}

/**
 * Reads a manifest.
 *
 * @param text JSON: `{ "schema": "mfim-weights/1", "weights": [...] }`
 * @throws InputError naming every fault
 */
export function parseManifest(text: string, where: string): readonly WeightsEntry[] {
  let content: unknown;
  try {
    content = JSON.parse(text);
  } catch (cause) {
    refuse(where, (cause as Error).message, cause);
  }
  const parsed = manifestSchema.safeParse(content);
  if (!parsed.success) refuse(where, z.prettifyError(parsed.error).replaceAll('\n', ' '), parsed.error);
  return checkEntries(where, parsed.data.weights);
}

function termsLine(what: string, { terms: name, url }: WeightsEntry['licence']['code']): string {
  return `${what} ${name}${url === undefined ? '' : ` (${url})`}`;
}

/** The licences as lines for people. */
export function describeLicence({ licence, page }: WeightsEntry): readonly string[] {
  return [termsLine('code:   ', licence.code), termsLine('weights:', licence.weights), termsLine('data:   ', licence.data), `from:    ${page}`];
}
