import { runMfim } from './src/run-mfim.ts';
process.exitCode = await runMfim(process.argv.slice(2), process);
