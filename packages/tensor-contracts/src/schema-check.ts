/** Checks a JSON document against the subset of JSON Schema that our manifests use. */

type TypeName = 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null';

/** The keywords that are understood; anything else in a schema is documentation. */
export interface Schema {
  readonly $schema?: string;
  readonly title?: string;
  readonly type?: TypeName | readonly TypeName[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly minItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
}

/** The first place where a document departs from its schema. */
export interface SchemaProblem {
  /** Such as `$.stages[0].file`. */
  readonly path: string;
  readonly expected: string;
  readonly got: string;
}

function typeOf(value: unknown): TypeName | 'undefined' {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value as TypeName | 'undefined';
}

function typeFits(value: unknown, types: readonly TypeName[]): boolean {
  const actual = typeOf(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return false;
  return types.some((type) => type === actual || (type === 'number' && actual === 'integer'));
}

function checkScalar(value: unknown, schema: Schema): string | undefined {
  if (schema.const !== undefined && value !== schema.const) return JSON.stringify(schema.const);
  if (schema.enum !== undefined && !schema.enum.includes(value)) return `one of ${JSON.stringify(schema.enum)}`;
  const types = schema.type === undefined ? undefined : ([schema.type].flat() as TypeName[]);
  if (types !== undefined && !typeFits(value, types)) return types.join(' or ');
  if (schema.pattern !== undefined && !(typeof value === 'string' && new RegExp(schema.pattern).test(value))) {
    return `text that matches ${schema.pattern}`;
  }
  if (schema.minimum !== undefined && !((value as number) >= schema.minimum)) return `${schema.minimum} or more`;
  if (schema.minItems !== undefined && !((value as unknown[]).length >= schema.minItems)) {
    return `${schema.minItems} items or more`;
  }
  return undefined;
}

function checkProperty([key, value]: readonly [string, unknown], schema: Schema, path: string): SchemaProblem | undefined {
  const here = `${path}.${key}`;
  const known = schema.properties !== undefined && Object.hasOwn(schema.properties, key);
  if (known) return checkSchema(value, schema.properties?.[key] as Schema, here);
  if (schema.additionalProperties === false) {
    const names = Object.keys(schema.properties ?? {}).join(', ');
    return { path: here, expected: `only the fields ${names}`, got: `an unknown field '${key}'` };
  }
  return typeof schema.additionalProperties === 'object'
    ? checkSchema(value, schema.additionalProperties, here)
    : undefined;
}

function checkObject(value: object, schema: Schema, path: string): SchemaProblem | undefined {
  const missing = (schema.required ?? []).find((key) => !Object.hasOwn(value, key));
  if (missing !== undefined) return { path, expected: `a field '${missing}'`, got: 'none' };
  for (const entry of Object.entries(value)) {
    const problem = checkProperty(entry, schema, path);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** The first problem, depth first, or `undefined` when the document fits. */
export function checkSchema(value: unknown, schema: Schema, path = '$'): SchemaProblem | undefined {
  const expected = checkScalar(value, schema);
  if (expected !== undefined) return { path, expected, got: JSON.stringify(value) ?? 'nothing' };
  if (Array.isArray(value)) {
    const items = schema.items;
    if (items === undefined) return undefined;
    for (const [index, item] of value.entries()) {
      const problem = checkSchema(item, items, `${path}[${index}]`);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }
  return typeof value === 'object' && value !== null ? checkObject(value, schema, path) : undefined;
}
