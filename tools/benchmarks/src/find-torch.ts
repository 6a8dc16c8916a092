/** A Python that can import torch: PYTHON, the environment of tools/golden, or one on the path. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** An interpreter and its PyTorch. */
export interface TorchPython {
  readonly python: string;
  readonly version: string;
}

/** Where to look, and what has to be there. */
export interface TorchSearch {
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** The checkout, if there is one. */
  readonly root: string | undefined;
  /** Python modules that are needed beside torch. */
  readonly modules?: readonly string[];
}

/** What to say where it is missing. */
export const WITHOUT_TORCH = 'PyTorch is not installed; `python3 tools/golden/install-torch.py` installs it';

/** The first that works, or `undefined`. */
export async function findTorch({ environment, root, modules = [] }: TorchSearch): Promise<TorchPython | undefined> {
  const own = root === undefined ? [] : [join(root, 'tools', 'golden', '.venv', 'bin', 'python')];
  const attempt = `import ${['torch', ...modules].join(', ')}; print(torch.__version__)`;
  for (const python of [environment['PYTHON'], ...own, 'python3', 'python']) {
    if (python === undefined || python === '') continue;
    try {
      const { stdout } = await execute(python, ['-c', attempt]);
      return { python, version: stdout.trim() };
    } catch {
      // Not this one; the next may have it.
    }
  }
  return undefined;
}
