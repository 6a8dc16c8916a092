/** vitest configuration of the browser lane: the files `*.browser.test.ts`, otherwise as the root's. */
import { defineConfig } from 'vitest/config';
import base from '../../vitest.config.ts';
import { ROOT } from './shell.js';

// oxlint-disable-next-line import/no-default-export -- vitest reads the default export
export default defineConfig({
  ...base,
  root: ROOT,
  test: {
    ...base.test,
    include: ['{packages,apps,tools}/*/test/**/*.browser.test.ts'],
    exclude: ['**/node_modules/**'],
    fileParallelism: false,
    passWithNoTests: true,
  },
});
