#!/usr/bin/env node
/** Starts src/main.ts with tsx, so that plain `node tools/libtensorflow/bin/build.js` works in a checkout. */
import { register } from 'tsx/esm/api';

register();
const { main } = await import('../src/main.ts');
process.exitCode = await main(process.argv.slice(2));
