/** For every unknown key of a config: the known key that looks most like it. */
import { closest, distance } from 'fastest-levenshtein';
import { z } from 'zod';

/** Farther than this share of the key's length is no likeness (our choice). */
const FARTHEST = 0.6;

interface JsonSchema {
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly items?: JsonSchema;
}

function knownKeys(schema: JsonSchema, path: readonly PropertyKey[]): readonly string[] {
  let node: JsonSchema | undefined = schema;
  for (const key of path) node = typeof key === 'number' ? node?.items : node?.properties?.[String(key)];
  return Object.keys(node?.properties ?? {});
}

/** One line `did you mean` for each unknown key that resembles a known one. */
export function nearestKeys(schema: z.ZodType, error: z.ZodError): readonly string[] {
  const published = z.toJSONSchema(schema) as JsonSchema;
  return error.issues.flatMap((issue) => {
    if (issue.code !== 'unrecognized_keys') return [];
    const known = knownKeys(published, issue.path);
    return issue.keys.flatMap((key) => {
      const nearest = known.length === 0 ? '' : closest(key, known.slice());
      if (nearest === '' || distance(key, nearest) > FARTHEST * key.length) return [];
      return [`  '${key}' is unknown; did you mean '${[...issue.path, nearest].join('.')}'?`];
    });
  });
}
