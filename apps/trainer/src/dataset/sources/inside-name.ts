/** Names inside archives are labels here, but a name that leads out of its archive is a sign of an attack: refused. */
import { InputError } from '@mfim/tensor-contracts';
import { validateFileName } from 'yauzl';

const CONTROL = /\p{Cc}/gu;

/** @throws InputError for `../x`, `/x`, `C:\x`, backslashes and control characters */
export function checkInsideName(name: string): void {
  const problem = validateFileName(name) ?? (shownName(name) === name ? undefined : 'control characters in its name');
  if (problem === undefined) return;
  throw new InputError({
    where: shownName(name),
    expected: 'a name inside its archive',
    got: shownName(problem),
    remedy: 'pack the archive again, with relative names',
  });
}

/** The name with every control character replaced, safe to print. */
export function shownName(name: string): string {
  return name.replaceAll(CONTROL, '\uFFFD');
}
