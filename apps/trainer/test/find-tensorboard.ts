/** A Python that has TensorBoard: PYTHON, the environment of tools/golden, or one on the path. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** What to say where it is missing. */
export const WITHOUT_TENSORBOARD = 'needs TensorBoard: python3 -m pip install tensorboard==2.21.0, or PYTHON=<one that has it>';

const IMPORT = 'from tensorboard.backend.event_processing import event_accumulator';

/** The path of one that can import TensorBoard's reader, if there is one. */
export function findTensorboard(environment: Readonly<Record<string, string | undefined>>): string | undefined {
  const own = fileURLToPath(new URL('../../../tools/golden/.venv/bin/python', import.meta.url));
  return [environment['PYTHON'], own, 'python3', 'python'].find(
    (python) => python !== undefined && python !== '' && spawnSync(python, ['-c', IMPORT]).status === 0,
  );
}
