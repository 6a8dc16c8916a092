/** The one way in which a reader of this package refuses a file. */
import { InputError } from '@mfim/tensor-contracts';

/** What a refusal says; the remedy has a default. */
export interface Damage {
  readonly expected: string;
  readonly got: string;
  readonly remedy?: string;
}

/** Files choose names; messages stay readable. */
const MAXIMUM_TEXT = 400;

function clipped(text: string): string {
  return text.length <= MAXIMUM_TEXT ? text : `${text.slice(0, MAXIMUM_TEXT)}... (${text.length} characters)`;
}

/**
 * Refuses a file.
 *
 * @throws InputError always.
 */
export function damaged(where: string, { expected, got, remedy }: Damage): never {
  throw new InputError({
    where,
    expected: clipped(expected),
    got: clipped(got),
    remedy: remedy ?? 'the file is damaged or hostile: get it again from its origin',
  });
}
