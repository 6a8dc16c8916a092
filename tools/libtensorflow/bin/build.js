#!/usr/bin/env node
/** `mfim-train engine install` in a checkout where nothing is built yet: starts the trainer's source with tsx and hands its parameters on. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const trainer = fileURLToPath(new URL('../../../apps/trainer/src/main.ts', import.meta.url));
const parameters = ['--conditions=@mfim/source', '--import', import.meta.resolve('tsx'), trainer, 'engine', 'install', ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, parameters, { stdio: 'inherit' });
process.exitCode = status ?? 1;
