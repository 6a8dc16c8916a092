/** The parent process: starts workers, watches their time, counts, and saves every file that broke one. */
import { fork } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { fuzzCase } from './mutate.ts';
import { seedFiles } from './seed-files.ts';
import type { WorkerMessage } from './worker.ts';

/** How long, how hard. */
export interface FuzzOptions {
  readonly minutes: number;
  /** Number of the first case; the same start gives the same cases. */
  readonly start: number;
  /** Processor seconds after which a case counts as a hang. */
  readonly seconds: number;
  /** Peak resident memory of a worker above which a case counts as a crash. */
  readonly memoryMb: number;
  /** Where inputs that broke something are saved. */
  readonly output: string;
  readonly say: (line: string) => void;
}

/** What came of it. */
export interface FuzzResult {
  executions: number;
  /** Readings that ended in a typed error; each execution makes six. */
  refused: number;
  crashes: number;
  hangs: number;
  peakMb: number;
  /** Of the processor, in one case. */
  slowestMs: number;
  slowestCase: number;
}

const WORKER = fileURLToPath(new URL('worker.ts', import.meta.url));
const WATCH_MS = 500;
const SAY_MS = 30_000;
const MS_PER_MINUTE = 60_000;
const MS_PER_SECOND = 1000;
/** Of `/proc`, on every common build of Linux. */
const TICKS_PER_SECOND = 100;
const STARTING_SECONDS = 60;
/** Seconds of the clock that a busy machine may take for one of the processor. */
const CLOCK_FACTOR = 15;

/** The case that a worker is at, and what it had spent when it was first seen there. */
interface Seen {
  number: number | undefined;
  since: number;
  /** Seconds of the clock at that moment. */
  clock: number;
}

/**
 * Processor seconds of a process, from Linux's `/proc`, so that a busy machine makes no hangs; where there is no such file, seconds of
 * the clock.
 */
function spentSeconds(pid: number | undefined): number {
  const file = `/proc/${pid}/stat`;
  if (!existsSync(file)) return performance.now() / MS_PER_SECOND;
  // Behind the name in brackets come the state and 10 more fields, then user and system time.
  const fields = readFileSync(file, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

class Lane {
  readonly result: FuzzResult = { executions: 0, refused: 0, crashes: 0, hangs: 0, peakMb: 0, slowestMs: 0, slowestCase: 0 };
  readonly #options: FuzzOptions;
  readonly #seeds = seedFiles();
  readonly #folder = mkdtempSync(join(tmpdir(), 'mfim-fuzz-'));
  readonly #saved = new Set<number>();
  #next: number;
  #worker: ChildProcess | undefined;
  #isDone = false;

  constructor(options: FuzzOptions) {
    this.#options = options;
    this.#next = options.start;
  }

  get #stateFile(): string {
    return join(this.#folder, 'case');
  }

  /** The case that the worker is at; undefined before its first. */
  #current(): number | undefined {
    const text = readFileSync(this.#stateFile, { encoding: 'utf8', flag: 'a+' }).split('\n')[0] ?? '';
    return text === '' ? undefined : Number(text);
  }

  #save(kind: 'crash' | 'hang', number: number, message: string): void {
    if (this.#saved.has(number)) return;
    this.#saved.add(number);
    this.result[kind === 'crash' ? 'crashes' : 'hangs'] += 1;
    const { seed, bytes } = fuzzCase(this.#seeds, number);
    mkdirSync(this.#options.output, { recursive: true });
    const path = join(this.#options.output, `${kind}-${number}`);
    writeFileSync(path, bytes);
    writeFileSync(`${path}.txt`, `case ${number} of ${seed}\n${message}\n`);
    this.#options.say(`${kind}: case ${number} of ${seed}, saved as ${path}: ${message.split('\n')[0]}`);
  }

  #hear(message: WorkerMessage): void {
    if (message.kind === 'crash') return this.#save('crash', message.number, message.message);
    this.result.executions += message.executions;
    this.result.refused += message.refused;
    this.result.peakMb = Math.max(this.result.peakMb, message.peakMb);
    const { slowestMs, slowestCase } = message;
    if (slowestMs > this.result.slowestMs) Object.assign(this.result, { slowestMs, slowestCase });
  }

  #start(): void {
    rmSync(this.#stateFile, { force: true });
    const heap = `--max-old-space-size=${this.#options.memoryMb}`;
    const worker = fork(WORKER, [this.#stateFile, String(this.#next), String(this.#options.memoryMb)], {
      execArgv: ['--import', 'tsx', '--conditions=@mfim/source', heap],
      cwd: fileURLToPath(new URL('..', import.meta.url)),
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    worker.on('message', (message) => this.#hear(message as WorkerMessage));
    worker.on('exit', (code, signal) => this.#ended(worker, code === null ? String(signal) : `exit code ${code}`));
    this.#worker = worker;
  }

  /** A worker that ends on its own was broken by its case, or stopped at the memory limit, which it has told. */
  #ended(worker: ChildProcess, how: string): void {
    if (this.#isDone || worker !== this.#worker) return;
    const current = this.#current();
    if (current === undefined) throw new Error(`the worker did not start: ${how}`);
    if (how !== 'exit code 0') this.#save('crash', current, `the process ended: ${how}`);
    this.#next = current + 1;
    this.#start();
  }

  #watch(seen: Seen): void {
    const current = this.#current();
    const spent = spentSeconds(this.#worker?.pid);
    const clock = performance.now() / MS_PER_SECOND;
    if (current !== seen.number) Object.assign(seen, { number: current, since: spent, clock });
    const limit = current === undefined ? STARTING_SECONDS : this.#options.seconds;
    // A worker that waits for ever spends nothing.
    if (spent - seen.since <= limit && clock - seen.clock <= limit * CLOCK_FACTOR) return;
    if (current === undefined) throw new Error(`the worker did not start in ${STARTING_SECONDS} s`);
    this.#save('hang', current, `took more than ${this.#options.seconds} s`);
    const stuck = this.#worker;
    this.#next = current + 1;
    this.#start();
    stuck?.kill('SIGKILL');
    Object.assign(seen, { number: undefined, since: spentSeconds(this.#worker?.pid), clock });
  }

  async run(): Promise<FuzzResult> {
    const end = performance.now() + this.#options.minutes * MS_PER_MINUTE;
    let said = performance.now();
    this.#start();
    const seen: Seen = { number: undefined, since: spentSeconds(this.#worker?.pid), clock: performance.now() / MS_PER_SECOND };
    while (performance.now() < end) {
      await new Promise((resolve) => {
        setTimeout(resolve, Math.max(0, Math.min(WATCH_MS, end - performance.now())));
      });
      this.#watch(seen);
      if (performance.now() - said < SAY_MS) continue;
      said = performance.now();
      this.#options.say(describeResult(this.result));
    }
    this.#isDone = true;
    this.#worker?.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true });
    return this.result;
  }
}

/** One line of figures. */
export function describeResult({ executions, refused, crashes, hangs, peakMb, slowestMs, slowestCase }: FuzzResult): string {
  const figures = `${executions} executions (${refused} readings refused), ${crashes} crashes, ${hangs} hangs`;
  return `${figures}, peak memory ${peakMb.toFixed(0)} MB, slowest ${slowestMs.toFixed(0)} ms (case ${slowestCase})`;
}

/** Fuzzes for the time that the options say. */
export function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  return new Lane(options).run();
}
