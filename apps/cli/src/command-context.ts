/** What a command may touch: the two streams and the environment. */
import type { CommandContext } from '@stricli/core';

/** The part of Node's `process` that `mfim` uses; tests pass their own. */
export interface CommandHost {
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Asks the person at the terminal; absent where nobody can answer. */
  readonly ask?: (question: string) => Promise<string>;
}

/** `this` of every command. */
export interface MfimContext extends CommandContext {
  readonly environment: CommandHost['env'];
  readonly ask?: CommandHost['ask'];
}

/** A line for the reader of the result (stdout). */
export function print(context: MfimContext, line: string): void {
  context.process.stdout.write(`${line}\n`);
}

/** A remark beside the result (stderr). */
export function remark(context: MfimContext, line: string): void {
  context.process.stderr.write(`mfim: ${line}\n`);
}
