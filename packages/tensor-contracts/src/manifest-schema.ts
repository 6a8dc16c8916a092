/** The form of `manifest.json` as JSON Schema (draft 2020-12, the subset that `checkSchema` reads). */
import type { Schema } from './schema-check.ts';

/** The manifest version that this code writes, and the newest that it reads. */
export const MANIFEST_VERSION = 1;

const positiveInteger: Schema = { type: 'integer', minimum: 1 };
const text: Schema = { type: 'string' };
/** A plain file name: no folders, no way out of the bundle. */
const fileName: Schema = { type: 'string', pattern: '^[A-Za-z0-9][A-Za-z0-9._-]*$' };

function strictObject(properties: Record<string, Schema>, optional: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((key) => !optional.includes(key));
  return { type: 'object', properties, required, additionalProperties: false };
}

const port = strictObject(
  {
    name: text,
    axes: { type: 'array', items: { type: ['string', 'integer'] } },
    dtype: { const: 'float32' },
    range: { enum: ['signed', 'any'] },
    colour: { const: 'rgb' },
  },
  ['colour'],
);
const ports: Schema = { type: 'array', items: port };
const network = { file: fileName, inputs: ports, outputs: ports };

/** JSON Schema of the bundle manifest. */
export const BUNDLE_SCHEMA: Schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  title: 'MFIM model bundle manifest',
  ...strictObject({
    format: { const: 'mfim-bundle' },
    version: { const: MANIFEST_VERSION },
    name: text,
    resolution: positiveInteger,
    channels: strictObject({ base: positiveInteger, maximum: positiveInteger }),
    split: strictObject({ targetUpTo: { type: 'integer', minimum: 0 } }),
    alignment: strictObject({ kind: { const: 'ffhq' }, size: positiveInteger }),
    encoder: strictObject(network),
    stages: { type: 'array', minItems: 1, items: strictObject({ ...network, upTo: positiveInteger }) },
    files: {
      type: 'object',
      additionalProperties: strictObject({
        sha256: { type: 'string', pattern: '^[0-9a-f]{64}$' },
        bytes: positiveInteger,
        licence: text,
      }),
    },
    training: { type: 'object' },
    metrics: { type: 'object', additionalProperties: { type: 'number' } },
  }),
};
