/**
 * Obtains the TensorFlow Python wheel through pip (which checks the download against the package index), keeps it in a
 * cache folder with its SHA-256 beside it, and checks that sum whenever the wheel is used again.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { BuildError } from './build-error.ts';
import { canRun, runCommand } from './run-command.ts';

/** Which wheel to obtain. */
export interface WheelRequest {
  /** `tensorflow-cpu`, or `tensorflow` for CUDA. */
  readonly distribution: string;
  readonly version: string;
  /** Folder that keeps wheels. */
  readonly cache: string;
  readonly print: (line: string) => void;
}

const PYTHONS = ['python3', 'python', 'py'];
const PYTHON_REMEDY = 'install Python 3 with pip (Debian: apt install python3-pip), of a version that TensorFlow has wheels for';

/** SHA-256 of a file, in hexadecimal. */
export async function fileSha256(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) {
    hash.update(chunk as Buffer);
  }
  return hash.digest('hex');
}

/** The first Python that has pip. */
export async function findPython(): Promise<string> {
  for (const python of PYTHONS) {
    if (await canRun(python, ['-m', 'pip', '--version'])) return python;
  }
  throw new BuildError('no Python with pip was found', PYTHON_REMEDY);
}

/**
 * @returns path of the wheel; a wheel in the cache whose sum is right is used again
 * @throws BuildError when Python or pip is absent, the download fails, or the cached wheel is damaged
 */
export async function fetchWheel(request: WheelRequest): Promise<string> {
  const cached = await findCached(request);
  if (cached !== undefined) {
    await checkSum(cached);
    request.print(`wheel: ${path.basename(cached)} (cached, sha256 checked)`);
    return cached;
  }
  const python = await findPython();
  const incoming = path.join(request.cache, 'incoming');
  await rm(incoming, { recursive: true, force: true });
  await mkdir(incoming, { recursive: true });
  request.print(`wheel: downloading ${request.distribution} ${request.version} with pip (about 270 MB)`);
  await runCommand({
    program: python,
    parameters: ['-m', 'pip', 'download', '--no-deps', '--only-binary', ':all:', '--dest', incoming, `${request.distribution}==${request.version}`],
    remedy: `check the network, and that this Python has a wheel of ${request.distribution} ${request.version} (or pass --tensorflow with another version)`,
  });
  const [name] = (await readdir(incoming)).filter((file) => file.endsWith('.whl'));
  if (name === undefined) throw new BuildError('pip left no wheel', PYTHON_REMEDY);
  const sum = await fileSha256(path.join(incoming, name));
  await writeFile(path.join(request.cache, `${name}.sha256`), `${sum}  ${name}\n`);
  await rename(path.join(incoming, name), path.join(request.cache, name));
  request.print(`wheel: ${name}, sha256 ${sum}`);
  return path.join(request.cache, name);
}

async function findCached({ cache, distribution, version }: WheelRequest): Promise<string | undefined> {
  await mkdir(cache, { recursive: true });
  const prefix = `${distribution.replaceAll('-', '_')}-${version}-`;
  const names = await readdir(cache);
  const name = names.find((file) => file.startsWith(prefix) && file.endsWith('.whl') && names.includes(`${file}.sha256`));
  return name === undefined ? undefined : path.join(cache, name);
}

async function checkSum(wheel: string): Promise<void> {
  const expected = (await readFile(`${wheel}.sha256`, 'utf8')).slice(0, 64);
  const sum = await fileSha256(wheel);
  if (sum !== expected) {
    throw new BuildError(`${wheel} has sha256 ${sum}, expected ${expected}`, 'delete this file and run again');
  }
}
