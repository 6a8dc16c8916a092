/** What a run must say of itself to be repeated: `facts.json` with versions, commit, machine, engine and dataset. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { arch, cpus, hostname, platform, release, totalmem } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { replaceFile } from '../files/replace-file.ts';
import { FACTS_FILE } from '../watch/run-files.ts';

/** The engine and the data that a run used. */
export interface RunSubject {
  readonly engine: { readonly name: string; readonly description: string; readonly versions: Readonly<Record<string, string>> };
  readonly dataset: { readonly folder: string; readonly images: number; readonly size: number; readonly sha256: string };
}

const GIBIBYTE = 2 ** 30;

/** The commit of the working tree around `folder`, `-dirty` with uncommitted changes; undefined outside of one. */
async function commitOf(folder: string): Promise<string | undefined> {
  const git = (...options: string[]) => promisify(execFile)('git', ['-C', folder, ...options]);
  try {
    const { stdout: commit } = await git('rev-parse', 'HEAD');
    const { stdout: changes } = await git('status', '--porcelain', '--untracked-files=no');
    return `${commit.trim()}${changes.trim() === '' ? '' : '-dirty'}`;
  } catch {
    return undefined;
  }
}

async function trainerVersion(): Promise<string> {
  const text = await readFile(new URL('../../package.json', import.meta.url), 'utf8').catch(() => '{}');
  return (JSON.parse(text) as { readonly version?: string }).version ?? 'unknown';
}

/** Writes `facts.json`; a resumed run adds a session, so that a change of machine or version shows. */
export async function writeRunFacts(folder: string, { engine, dataset }: RunSubject): Promise<void> {
  const file = path.join(folder, FACTS_FILE);
  const earlier = JSON.parse(await readFile(file, 'utf8').catch(() => '{}')) as { readonly sessions?: readonly unknown[] };
  const session = {
    started: new Date().toISOString(),
    versions: { '@mfim/trainer': await trainerVersion(), ...engine.versions },
    commit: await commitOf(path.dirname(new URL(import.meta.url).pathname)),
    machine: { host: hostname(), system: `${platform()} ${release()} ${arch()}`, processor: cpus()[0]?.model, cores: cpus().length, memoryGiB: Math.round(totalmem() / GIBIBYTE) },
    engine: { name: engine.name, description: engine.description },
    dataset,
  };
  await replaceFile(file, `${JSON.stringify({ ...session, sessions: [...(earlier.sessions ?? []), session] }, null, 2)}\n`);
}
