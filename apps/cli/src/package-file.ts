/** Finds files that an npm dependency carries. */
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { InputError } from '@mfim/tensor-contracts';

const require = createRequire(import.meta.url);

/**
 * @param entry what of the package can be resolved: its name, or a file that its exports allow
 * @param path from the folder of that file
 * @throws InputError when the package is not installed
 */
export function packageFile(entry: string, path: string): string {
  try {
    return join(dirname(require.resolve(entry)), path);
  } catch (cause) {
    throw new InputError({
      where: 'installation',
      expected: `the npm package ${entry.split('/')[0]}`,
      got: 'none',
      remedy: 'install the dependencies again (npm test does it by itself)',
      cause,
    });
  }
}
