/**
 * Entry of the process that takes our steps: `bench-process ENGINE CONFIG.json THREADS`. It talks as tools/benchmarks/README.md
 * says, so that the bench treats it as it treats PyTorch. A process of its own, whose memory is that of the training alone.
 */
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { checkConfig } from '../config/read-config.ts';
import type { EngineName } from '../engine/engine-names.ts';
import { peakResidentBytes } from './resident-memory.ts';
import { openSubject } from './subject.ts';
import type { Subject } from './subject.ts';

// Standard output is for answers; whatever else is printed there goes where messages go.
console.log = console.error;
console.info = console.error;

const [, , engine, configFile, threads] = process.argv as [string, string, string, string, string];

function say(reply: object): void {
  process.stdout.write(`${JSON.stringify(reply)}\n`);
}

function complaint(error: unknown): { readonly error: string } {
  return { error: error instanceof Error ? error.message : String(error) };
}

async function answer(subject: Subject, line: string): Promise<object> {
  const [command, variant, step, ...words] = line.split(' ');
  const file = words.join(' ');
  if (command === 'memory') return { peakBytes: await peakResidentBytes() };
  if (command === 'write' && variant !== undefined) {
    await subject.write([variant, step, file].filter((word) => word !== undefined && word !== '').join(' '));
    return { written: true };
  }
  if (command === 'run' && variant === engine) return { variant, step: Number(step), ...(await subject.run(Number(step))) };
  if (command === 'trial' && variant === engine) return { variant, step: Number(step), terms: await subject.trial(Number(step), file) };
  return { error: `bench-process: expected one of run ${engine} <step>, trial ${engine} <step> <file>, write <file>, memory, quit, got '${line}'; send a known command` };
}

async function open(): Promise<Subject | undefined> {
  try {
    const subject = await openSubject(checkConfig(JSON.parse(await readFile(configFile, 'utf8')), configFile), { name: engine as EngineName, threads: Number(threads) });
    const { description, device, versions } = subject.engine;
    const { parameters, judges } = subject;
    say({ hello: 'mfim-train', engine, description, device, versions, threads: Number(threads), parameters, random: judges.random, variants: [engine] });
    return subject;
  } catch (error) {
    say(complaint(error));
    return undefined;
  }
}

const subject = await open();
for await (const line of createInterface({ input: process.stdin })) {
  if (line === 'quit' || subject === undefined) break;
  say(await answer(subject, line).catch(complaint));
}
// TensorFlow and Dawn keep threads alive: end at once, after the last line is out.
process.stdout.write('', () => process.exit(0));
