/** Errors as people read them: what happened, and what to do. */
import { InputError, MfimError } from '@mfim/tensor-contracts';

/** One message. */
export interface Problem {
  readonly what: string;
  readonly remedy: string;
}

function closed(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function sentence(text: string): string {
  return closed(text.charAt(0).toUpperCase() + text.slice(1));
}

/** The message of any error. */
export function problemOf(error: unknown): Problem {
  if (error instanceof MfimError) {
    const { where, expected, got, remedy } = error.parts;
    const fault = error instanceof InputError ? '' : ' (our fault)';
    return { what: closed(`${where}${fault}: expected ${expected}, got ${got}`), remedy: sentence(remedy) };
  }
  const text = error instanceof Error ? error.message : String(error);
  return { what: sentence(`Something failed here: ${text}`), remedy: 'Try again; if it stays, reload the page.' };
}
