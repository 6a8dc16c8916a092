/** The refusal of an installation step. */
import { InputError } from '@mfim/tensor-contracts';

/** What a step needed, what it met, and the cure. */
export interface StepFailure {
  readonly expected: string;
  readonly got: string;
  readonly remedy: string;
  readonly cause?: unknown;
}

/** An InputError of `engine install`. */
export function installError(failure: StepFailure): InputError {
  return new InputError({ where: 'engine install', ...failure });
}
