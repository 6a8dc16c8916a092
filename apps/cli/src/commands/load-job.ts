/**
 * A command's work is loaded when it is called, so that `mfim --help` is quick, and takes its context
 * as an argument; the parser wants it as `this`.
 */
import type { MfimContext } from '../command-context.ts';

/** The work of a command. */
export type Job<Flags, Rest extends readonly unknown[]> = (context: MfimContext, flags: Flags, ...rest: Rest) => Promise<void>;

/** A loader for `buildCommand`. */
export function loadJob<Flags, Rest extends readonly unknown[]>(load: () => Promise<Job<Flags, Rest>>) {
  return async () => {
    const job = await load();
    return function command(this: MfimContext, flags: Flags, ...rest: Rest): Promise<void> {
      return job(this, flags, ...rest);
    };
  };
}
