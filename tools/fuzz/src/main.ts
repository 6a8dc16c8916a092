/**
 * `npm run fuzz -- [--minutes 10] [--start N] [--seconds 20] [--memory 768]`: changed weight files over every reader of @mfim/checkpoints. Exits with 1
 * when a reader crashed, hung, or took too much memory; what broke it is saved under out/fuzz.
 */
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { describeResult, fuzz } from './fuzz.ts';

const OUTPUT = fileURLToPath(new URL('../../../out/fuzz', import.meta.url));
const DEFAULTS = { minutes: '10', seconds: '20', memory: '768' } as const;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new TypeError(`--${name}: expected a number above 0, got ${text}`);
}

async function main(): Promise<number> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ options: { minutes: text, start: text, seconds: text, memory: text } });
  const { minutes, seconds, memory } = { ...DEFAULTS, ...values };
  // Another run, other cases, unless a start is given.
  const start = Math.floor(positive('start', values.start ?? String(Date.now() % 2 ** 31)));
  const limits = { minutes: positive('minutes', minutes), seconds: positive('seconds', seconds), memoryMb: positive('memory', memory) };
  say(`fuzzing for ${minutes} minutes from case ${start}; limits: ${seconds} s and ${memory} MB a case`);
  const result = await fuzz({ ...limits, start, output: OUTPUT, say });
  say(describeResult(result));
  return result.crashes + result.hangs > 0 || result.executions === 0 ? 1 : 0;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}
