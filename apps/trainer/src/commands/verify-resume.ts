/**
 * `mfim-train verify-resume CONFIG`, of train, pretrain or regress: proves that a run which was killed goes on as if nothing had been. N steps
 * in one go, then N steps that are killed at random moments (SIGKILL) and resumed until they are through; all
 * tensors of the two last checkpoints must be equal, bit for bit.
 */
import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { InputError } from '@mfim/tensor-contracts';
import { buildCommand } from '@stricli/core';
import { z } from 'zod';
import { readDocument } from '../config/read-config.ts';
import { compareCheckpoints } from '../run/compare-checkpoints.ts';
import { listCheckpoints, newestCheckpoint } from '../run/checkpoint-store.ts';
import { say } from './say.ts';
import { setFlag } from './set-flag.ts';

/** Kills come after 0, 1 or 2 steps of a resumed run. */
const STEPS_BEFORE_A_KILL = 3;

/** Configs of train do not name their stage. */
const STAGE_SCHEMA = z.looseObject({ stage: z.enum(['train', 'pretrain', 'regress']).default('train') });

interface Flags {
  readonly out: string;
  readonly steps: number;
  readonly kills: number;
  readonly set?: readonly string[];
}

/** This very program again, with other arguments. */
function trainer(options: readonly string[]) {
  const program = process.argv[1] as string;
  return spawn(process.execPath, [...process.execArgv, program, ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
}

interface Outcome {
  readonly code: number | null;
  readonly complaint: string;
}

function ended(child: ReturnType<typeof trainer>): Promise<Outcome> {
  let complaint = '';
  // Unread output would hold the process's end back.
  child.stdout.resume();
  child.stderr.on('data', (text: Buffer) => (complaint += text.toString()));
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, complaint })));
}

function assertDone({ code, complaint }: Outcome, what: string): void {
  if (code === 0) return;
  throw new InputError({ where: `verify-resume, ${what}`, expected: 'a run that ends with 0', got: `${String(code)}\n${complaint}`, remedy: 'make the config run first' });
}

/** Resolves at a random moment: after none, one or two of the run's steps, and up to one more. */
function randomMoment(child: ReturnType<typeof trainer>, step: number): Promise<'kill'> {
  const wanted = Math.floor(Math.random() * STEPS_BEFORE_A_KILL);
  return new Promise((resolve) => {
    let seen = 0;
    const look = (): void => {
      if (seen < wanted) return;
      child.stdout.removeAllListeners('data');
      child.stdout.resume();
      void sleep(Math.random() * step).then(() => resolve('kill'));
    };
    child.stdout.on('data', (text: Buffer) => {
      seen += text.toString().match(/^\W*step \d+\//gmu)?.length ?? 0;
      // The first line of all says that the run has begun.
      look();
    });
  });
}

interface Job {
  readonly start: readonly string[];
  readonly folder: string;
  readonly kills: number;
  /** Milliseconds of a step, start-up included. */
  readonly step: number;
}

/** Kills and resumes; returns how often it was killed before the end. */
async function runKilled({ start, folder, kills, step }: Job): Promise<number> {
  for (let killed = 0; killed < kills; killed += 1) {
    const resumable = (await listCheckpoints(folder)).length > 0;
    const child = trainer(resumable ? ['resume', folder] : start);
    const end = ended(child);
    const first = await Promise.race([end, randomMoment(child, step)]);
    if (first !== 'kill') {
      assertDone(first, 'a resumed run');
      return killed;
    }
    child.kill('SIGKILL');
    await end;
    say(`killed ${killed + 1} of ${kills}; checkpoints: ${(await listCheckpoints(folder)).toReversed().join(', ') || 'none yet'}`);
  }
  const resumable = (await listCheckpoints(folder)).length > 0;
  assertDone(await ended(trainer(resumable ? ['resume', folder] : start)), 'the last resumed run');
  return kills;
}

async function verifyResume({ out, steps, kills, set = [] }: Flags, config: string): Promise<void> {
  const settings = [...set, `steps=${steps}`, 'logEvery=1', 'saveEvery=1'].flatMap((setting) => ['--set', setting]);
  const { stage } = await readDocument(STAGE_SCHEMA, config);
  const startIn = (folder: string): string[] => [stage, config, '--out', folder, ...settings];
  const [straight, killed] = [path.join(out, 'straight'), path.join(out, 'killed')];
  for (const folder of [straight, killed]) await rm(folder, { recursive: true, force: true });
  const since = performance.now();
  assertDone(await ended(trainer(startIn(straight))), 'the run in one go');
  const duration = performance.now() - since;
  say(`${steps} steps in one go: ${(duration / 1000).toFixed(1)} s`);
  const times = await runKilled({ start: startIn(killed), folder: killed, kills, step: duration / steps });
  const result = compareCheckpoints(await newestCheckpoint(straight, say), await newestCheckpoint(killed, say));
  if (result.different.length > 0) {
    throw new InputError({ where: 'verify-resume', expected: 'equal tensors', got: `${result.different.length} of ${result.tensors} differ: ${result.different.slice(0, 5).join(', ')}`, remedy: 'an engine that computes in another order every time cannot resume exactly; on the CPU this is a fault to report' });
  }
  say(`equal bit for bit: ${result.tensors} tensors at step ${result.step}, after ${times} kills`);
}

/** Proves exact resumption. */
export const verifyResumeCommand = buildCommand({
  func: verifyResume,
  parameters: {
    flags: {
      out: { kind: 'parsed', parse: String, brief: 'Folder for the two runs' },
      steps: { kind: 'parsed', parse: Number, default: '12', brief: 'Steps of each run; the killed one ends early where kills outlast them' },
      kills: { kind: 'parsed', parse: Number, default: '3', brief: 'How often the second run is killed' },
      set: setFlag,
    },
    positional: { kind: 'tuple', parameters: [{ parse: String, brief: 'YAML config', placeholder: 'config' }] },
  },
  docs: { brief: 'Prove that killed runs resume exactly' },
});
