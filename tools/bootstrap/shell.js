/** Runs programs from the repository root, shows what is run, and looks for programs on this machine. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository root. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** What is written between runs; ignored by git. */
export const CACHE = join(ROOT, '.cache');

const WINDOWS = process.platform === 'win32';
const INTERRUPTED = 130;

/** One plain line. */
export function say(line) {
  process.stdout.write(`${line}\n`);
}

/** One plain line about something wrong. */
export function warn(line) {
  process.stderr.write(`${line}\n`);
}

/** Runs `command` in the foreground, after showing it; answers its exit code. */
export function run(command, commandArguments, environment = {}) {
  say(`> ${[command, ...commandArguments].join(' ')}`);
  const result = spawnSync(command, commandArguments, {
    cwd: ROOT,
    stdio: 'inherit',
    shell: WINDOWS,
    env: { ...process.env, ...environment },
  });
  if (result.error !== undefined) {
    warn(`${command} could not be started: ${result.error.message}`);
    return 1;
  }
  return result.signal === null ? result.status : INTERRUPTED;
}

/** Runs `command` quietly; its trimmed output, or `undefined` when it fails. */
export function ask(command, commandArguments) {
  const result = spawnSync(command, commandArguments, { cwd: ROOT, encoding: 'utf8', shell: WINDOWS });
  return result.status === 0 ? result.stdout.trim() : undefined;
}

/** The full path of a program on PATH, or `undefined`. */
export function which(name) {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path));
}

/** A program that the install put into `node_modules/.bin`. */
export function installed(name) {
  return join(ROOT, 'node_modules', '.bin', name);
}
