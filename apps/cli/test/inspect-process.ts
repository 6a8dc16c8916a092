/** A process of its own that inspects a file and says how much memory it took: `inspect-process.ts FILE...`. */
import process from 'node:process';
import { runMfim } from '../src/run-mfim.ts';

const code = await runMfim(['inspect', ...process.argv.slice(2), '--json'], { stdout: { write: () => true }, stderr: process.stderr, env: {} });
process.stdout.write(JSON.stringify({ code, peakKilobytes: process.resourceUsage().maxRSS }));
