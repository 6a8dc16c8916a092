/** A Python that can import PyTorch, if there is one. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const IMPORT = 'import torch, numpy, safetensors';

/** What to say where it is missing. */
export const WITHOUT_TORCH = 'needs PyTorch: python3 tools/golden/install-torch.py, or PYTHON=<one that has it>';

/** The first of `$PYTHON`, tools/golden/.venv and `python3` with torch, numpy and safetensors. */
export function findTorch(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const own = fileURLToPath(new URL('../.venv/bin/python', import.meta.url));
  return [environment['PYTHON'], own, 'python3'].find(
    (python) => python !== undefined && python !== '' && spawnSync(python, ['-c', IMPORT]).status === 0,
  );
}
