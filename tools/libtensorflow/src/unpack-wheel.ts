/**
 * Unpacks of a TensorFlow wheel what the addon needs: the C headers, the two libraries and the licence texts.
 * The folder appears whole or not at all (unpacked under another name, then renamed).
 */
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { exists } from './exists.ts';
import { findPython } from './fetch-wheel.ts';
import { runCommand } from './run-command.ts';

/** Python: `script wheel folder` unpacks the members that the addon needs. */
const UNPACK_SCRIPT = `
import sys, zipfile
wheel, folder = sys.argv[1:]
with zipfile.ZipFile(wheel) as archive:
    wanted = [name for name in archive.namelist()
              if name.startswith('tensorflow/include/')
              or name.startswith('tensorflow/libtensorflow_')
              or name.startswith('tensorflow/THIRD_PARTY_NOTICES')
              or '.dist-info/' in name]
    archive.extractall(folder, wanted)
`;

/**
 * @param wheel - path of the .whl file
 * @param print - receives one line a step
 * @returns the folder `tensorflow` with `include` and the libraries
 * @throws BuildError when Python is absent or the wheel is damaged
 */
export async function unpackWheel(wheel: string, print: (line: string) => void): Promise<string> {
  const folder = wheel.replace(/\.whl$/u, '');
  const result = path.join(folder, 'tensorflow');
  if (await exists(result)) {
    print('library: unpacked before');
    return result;
  }
  print('library: unpacking headers and libraries (about 900 MB)');
  const partial = `${folder}.part`;
  await rm(partial, { recursive: true, force: true });
  await runCommand({
    program: await findPython(),
    parameters: ['-c', UNPACK_SCRIPT, wheel, partial],
    remedy: `delete ${wheel} and run again; make sure that 1 GB of disk is free`,
  });
  await rename(partial, folder);
  return result;
}
