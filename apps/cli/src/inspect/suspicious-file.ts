/** A file that names things which a file of weights has no business with: exit code 3. */
import type { PickleReport } from '@mfim/checkpoints';
import { InputError } from '@mfim/tensor-contracts';
import { visibleText } from './visible-text.ts';

/** Loading the file in Python could have run anything. */
export class SuspiciousFileError extends InputError {
  override readonly name: string = 'SuspiciousFileError';
}

/** @throws SuspiciousFileError when a pickle names something that is not on the allow-list of plain tensors and values */
export function refuseSuspicious(file: string, { globals, findings }: PickleReport): void {
  const suspicious = globals.filter(({ verdict }) => verdict !== 'allowed');
  const deed = findings.find(({ kind }) => kind === 'dangerous') ?? findings.find(({ kind }) => kind === 'unknown');
  if (suspicious.length === 0 && deed === undefined) return;
  throw new SuspiciousFileError({
    where: file,
    expected: 'pickles that name only tensors and plain values',
    got: `one that ${visibleText(deed?.text ?? `names ${suspicious[0]?.name}`)}`,
    remedy: 'nothing of it was executed here; do not load this file with Python unless you trust who made it',
  });
}
