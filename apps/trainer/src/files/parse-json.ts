/** Parsed JSON, or `undefined` where the text is none: a schema then says what was expected. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
