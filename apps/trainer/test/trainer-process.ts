/** Real processes of the trainer, for tests that interrupt them or take their disk away. */
import { spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { openDatasetWriter } from '../src/dataset/dataset-writer.ts';

const app = path.resolve(import.meta.dirname, '..');

export interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** A process and what it has written so far. */
export interface Watched {
  readonly ended: Promise<Ended>;
  /** Resolves when the output matches; rejects when the process ends first. */
  readonly says: (pattern: RegExp) => Promise<void>;
  readonly interrupt: () => void;
}

function watch(child: ReturnType<typeof spawn>): Watched {
  let output = '';
  let look = (): void => undefined;
  const take = (text: Buffer): void => {
    output += text.toString();
    look();
  };
  child.stdout?.on('data', take);
  child.stderr?.on('data', take);
  const ended = new Promise<Ended>((resolve) => child.on('close', (code) => resolve({ code, output })));
  return {
    ended,
    says: (pattern) =>
      new Promise((resolve, reject) => {
        look = () => {
          if (pattern.test(output)) resolve();
        };
        look();
        void ended.then(({ code }) => reject(new Error(`ended with ${String(code)} before it said ${String(pattern)}:\n${output}`)));
      }),
    interrupt: () => void child.kill('SIGINT'),
  };
}

const program = (file: string): readonly string[] => ['--conditions=@mfim/source', '--import', 'tsx', path.join(app, file)];

/** Starts a file of this package. */
export function start(file: string, options: readonly string[]): Watched {
  return watch(spawn(process.execPath, [...program(file), ...options], { cwd: app, stdio: ['ignore', 'pipe', 'pipe'] }));
}

/** Starts it in a shell after `prelude`, such as `ulimit -f 100`. */
export function startAfter(prelude: string, file: string, options: readonly string[]): Watched {
  const quoted = [process.execPath, ...program(file), ...options].map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`);
  return watch(spawn('bash', ['-c', `${prelude}; exec ${quoted.join(' ')}`], { cwd: app, stdio: ['ignore', 'pipe', 'pipe'] }));
}

/** A dataset of twelve patterns. */
export async function patternDataset(size: number): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'mfim-patterns-'));
  const writer = await openDatasetWriter(folder, size);
  for (let index = 0; index < 12; index += 1) {
    const pixels = Uint8Array.from({ length: size * size * 3 }, (_, position) => (position * (2 * index + 3)) % 256);
    await writer.append(pixels, [{ origin: `pattern/${index}`, split: 'train', licence: 'own' }]);
  }
  await writer.close();
  return folder;
}
