/** One message for people: what was expected, what was found, what to do. */
import { InputError } from '@mfim/tensor-contracts';

/** An error as text, with the stack only where it is our fault. */
export function describeError(error: unknown): string {
  if (error instanceof InputError) return `mfim: ${error.message}`;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `mfim: this is our fault, please report it with the command that you ran:\n${text}`;
}
