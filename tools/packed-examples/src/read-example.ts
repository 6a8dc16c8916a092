/** What a README promises: its install line and its first example. */

/** The promise of one README. */
export interface ReadmeExample {
  /** Package names after `npm install`. */
  readonly installed: readonly string[];
  /** The first ```js block. */
  readonly code: string;
}

const INSTALL = /^npm (?:install|i) (.+)$/m;
const EXAMPLE = /^```js\n(.*?)^```/ms;
const IMPORT = /^(?:import|export) (?:[^'"]* from )?['"]([^'"]+)['"]/gm;

function found(pattern: RegExp, readme: string, what: string): string {
  const match = pattern.exec(readme)?.[1];
  if (match === undefined) throw new Error(`README: expected ${what}, got none; write one`);
  return match;
}

/** `@mfim/faces/node` -> `@mfim/faces`; `undefined` for Node's own modules and for files. */
function packageOf(specifier: string): string | undefined {
  if (specifier.startsWith('node:') || specifier.startsWith('.')) return undefined;
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

/**
 * Reads the promise.
 *
 * @throws Error when a part is missing, or when the example imports a package that the install line does not name
 */
export function readExample(readme: string): ReadmeExample {
  const installed = found(INSTALL, readme, 'a line `npm install <packages>`').split(/\s+/);
  const code = found(EXAMPLE, readme, 'a block ```js');
  for (const [, specifier = ''] of code.matchAll(IMPORT)) {
    const name = packageOf(specifier);
    if (name !== undefined && !installed.includes(name)) {
      throw new Error(`README: expected ${name}, which the example imports, in the install line, got ${installed.join(' ')}; add it`);
    }
  }
  return { installed, code };
}
