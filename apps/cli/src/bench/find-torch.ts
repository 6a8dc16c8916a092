/** A Python that can import torch: PYTHON, the environment of tools/golden, or one on the path. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { repositoryRoot } from '../repository-root.ts';

const execute = promisify(execFile);
const TRY = 'import torch; print(torch.__version__)';

/** An interpreter and its PyTorch. */
export interface TorchPython {
  readonly python: string;
  readonly version: string;
}

/** The first that works, or `undefined`. */
export async function findTorch(environment: Readonly<Record<string, string | undefined>>): Promise<TorchPython | undefined> {
  const root = repositoryRoot();
  const own = root === undefined ? [] : [join(root, 'tools', 'golden', '.venv', 'bin', 'python')];
  for (const python of [environment['PYTHON'], ...own, 'python3', 'python']) {
    if (python === undefined || python === '') continue;
    try {
      const { stdout } = await execute(python, ['-c', TRY]);
      return { python, version: stdout.trim() };
    } catch {
      // Not this one; the next may have it.
    }
  }
  return undefined;
}
