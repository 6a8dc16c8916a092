/** The exit codes of `mfim`. */
import { ExitCode } from '@stricli/core';
import { InputError } from '@mfim/tensor-contracts';
import { SuspiciousFileError } from './inspect/suspicious-file.ts';

/** What a script may rely on. */
export const EXIT_CODE = {
  /** The result is there. */
  done: 0,
  /** A promise of our own code was broken. */
  ourFault: 1,
  /** The input or the call is wrong; the message says what to do. */
  wrongInput: 2,
  /** `mfim inspect`: the file could have run something if Python had loaded it. */
  suspicious: 3,
  /** Ctrl-C. */
  interrupted: 130,
} as const;

/** The code for an error that a command threw. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof SuspiciousFileError) return EXIT_CODE.suspicious;
  return error instanceof InputError ? EXIT_CODE.wrongInput : EXIT_CODE.ourFault;
}

const WRONG_CALL: ReadonlySet<number> = new Set([ExitCode.UnknownCommand, ExitCode.InvalidArgument]);

/** The parser's own (negative) codes in our terms. */
export function translateExitCode(code: number): number {
  if (WRONG_CALL.has(code)) return EXIT_CODE.wrongInput;
  return code < 0 ? EXIT_CODE.ourFault : code;
}
