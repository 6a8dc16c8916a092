/** `mfim-train schema NAME`: the JSON Schema of a config, for editors. */
import { buildCommand } from '@stricli/core';
import { SCHEMAS, publishedSchema } from '../config/published-schemas.ts';
import type { SchemaName } from '../config/published-schemas.ts';

function schema(_flags: Record<never, never>, name: SchemaName): void {
  process.stdout.write(publishedSchema(name));
}

function nameOf(text: string): SchemaName {
  if (Object.hasOwn(SCHEMAS, text)) return text as SchemaName;
  throw new SyntaxError(`expected one of ${Object.keys(SCHEMAS).join(', ')}, got ${text}`);
}

/** Prints a schema. */
export const schemaCommand = buildCommand({
  func: schema,
  parameters: { positional: { kind: 'tuple', parameters: [{ parse: nameOf, brief: Object.keys(SCHEMAS).join(', '), placeholder: 'stage' }] } },
  docs: { brief: 'Print the JSON Schema of a config' },
});
