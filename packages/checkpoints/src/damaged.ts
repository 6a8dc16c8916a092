/** The one way in which a reader of this package refuses a file. */
import { InputError } from '@mfim/tensor-contracts';

/** What a refusal says; the remedy has a default. */
export interface Damage {
  readonly expected: string;
  readonly got: string;
  readonly remedy?: string;
}

/**
 * Refuses a file.
 *
 * @throws InputError always.
 */
export function damaged(where: string, { expected, got, remedy }: Damage): never {
  throw new InputError({
    where,
    expected,
    got,
    remedy: remedy ?? 'the file is damaged or hostile: get it again from its origin',
  });
}
