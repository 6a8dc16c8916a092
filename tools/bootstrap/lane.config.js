/**
 * vitest configuration of one optional lane: the files `*.<lane>.test.ts`, otherwise as the root's.
 * The lane is named by MFIM_LANE.
 */
import { defineConfig } from 'vitest/config';
import base from '../../vitest.config.ts';
import { ROOT } from './shell.js';

const lane = process.env['MFIM_LANE'] ?? 'browser';

// oxlint-disable-next-line import/no-default-export -- vitest reads the default export
export default defineConfig({
  ...base,
  root: ROOT,
  test: {
    ...base.test,
    include: [`{packages,apps,tools}/*/test/**/*.${lane}.test.ts`],
    exclude: ['**/node_modules/**'],
    fileParallelism: false,
    passWithNoTests: true,
  },
});
