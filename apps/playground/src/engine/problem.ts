/** Errors as people read them: what happened, and what to do. */
import { InputError, MfimError } from '@mfim/tensor-contracts';

/** One message. */
export interface Problem {
  readonly what: string;
  readonly remedy: string;
}

function sentence(text: string): string {
  const trimmed = text.trim();
  const capital = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?]$/.test(capital) ? capital : `${capital}.`;
}

/** The message of any error. */
export function problemOf(error: unknown): Problem {
  if (error instanceof MfimError) {
    const { where, expected, got, remedy } = error.parts;
    const kind = error instanceof InputError ? '' : 'Our fault. ';
    return { what: sentence(`${kind}${sentence(where).slice(0, -1)}: expected ${expected}, got ${got}`), remedy: sentence(remedy) };
  }
  const text = error instanceof Error ? error.message : String(error);
  return { what: sentence(`Something failed here: ${text}`), remedy: 'Try again; if it stays, reload the page.' };
}
