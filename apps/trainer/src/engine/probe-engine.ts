/**
 * Finds out whether an engine works here: its parts are looked for, then a process of its own opens it and computes.
 * A crash, a hang and a wrong number all come back as a reason; nothing is thrown.
 */
import { spawn } from 'node:child_process';
import { z } from 'zod';
import { entryCommand } from '../run/entry-command.ts';
import type { EngineDefinition, EnginePart, EngineProbe, ProbeOptions } from './engine.ts';

/** Loading TensorFlow's library from a cold disk, or compiling the first shaders, takes seconds; a GPU's first start half a minute. */
const TIMEOUT_MILLISECONDS = 90_000;
const LINES_SHOWN = 3;

const REPLY = z.union([
  z.object({ device: z.object({ kind: z.enum(['cpu', 'gpu', 'software']), name: z.string() }), versions: z.record(z.string(), z.string()) }),
  z.object({ problem: z.string(), cure: z.string() }),
]);

/** A command line of Node's: the entry and what is needed before it. */
export type NodeCommand = readonly string[];

type Reply = z.infer<typeof REPLY>;

/**
 * Runs a proving process to its end.
 * @returns its reply; a crash, a hang (killed after the limit) or an unreadable answer is a `problem`
 */
export async function runProbe(command: NodeCommand, timeoutMilliseconds: number): Promise<Reply> {
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'pipe', 'pipe'] });
  const output: string[] = [];
  const errors: string[] = [];
  child.stdout.setEncoding('utf8').on('data', (text: string) => output.push(text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text));
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill('SIGKILL');
  }, timeoutMilliseconds);
  const ending = await new Promise<string>((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', (code, signal) => resolve(signal === null ? `code ${code}` : `signal ${signal}`));
  });
  clearTimeout(timer);
  if (late) return { problem: `the check did not end within ${timeoutMilliseconds / 1000} s and was stopped`, cure: 'look at the driver and at what else uses the device' };
  return parseReply(output.join('')) ?? { problem: `the check ended with ${ending}: ${lastLines(errors.join(''))}`, cure: '' };
}

function lastLines(text: string): string {
  const lines = text.trim().split('\n').slice(-LINES_SHOWN).join(' ').trim();
  return lines === '' ? 'it said nothing' : lines;
}

function parseReply(output: string): Reply | undefined {
  try {
    return REPLY.safeParse(JSON.parse(output.trim().split('\n').at(-1) ?? '')).data;
  } catch {
    return undefined;
  }
}

const describe = ({ part, detail }: EnginePart): string => `${part}: ${detail}`;

/**
 * Proves the engine. Where a part is certainly missing nothing is loaded, so a machine without a driver is told so at once.
 * @returns the probe; `usable` only when the computation was right
 */
export async function probeEngine(engine: EngineDefinition, options: ProbeOptions = {}): Promise<EngineProbe> {
  const parts = await engine.inspect();
  const absent = parts.filter(({ found }) => !found);
  const base = { name: engine.name, usable: false, versions: {}, parts };
  const cures = [...new Set(absent.flatMap((part) => part.cure ?? []))];
  const cure = cures.length > 0 ? cures.join('; then ') : `choose another engine, or run: mfim-train engine install ${engine.name}`;
  if (absent.some(({ doubtful }) => doubtful !== true)) return { ...base, missing: absent.map(describe), cure };
  const reply = await runProbe([...entryCommand('engine/probe-process'), engine.name], options.timeoutMilliseconds ?? TIMEOUT_MILLISECONDS);
  if ('problem' in reply) return { ...base, missing: [reply.problem, ...absent.map(describe)], cure: cures.length > 0 || reply.cure === '' ? cure : reply.cure };
  return { ...base, ...reply, usable: true, missing: [], cure: '' };
}
