/** The version of this program, from its own package.json. */
import { readFileSync } from 'node:fs';

// One folder up from src/ and from dist/ alike.
const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: string };

/** Such as `0.1.0`. */
export const VERSION: string = manifest.version;
