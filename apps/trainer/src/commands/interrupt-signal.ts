/** Ctrl-C finishes the step and saves; a second one ends at once (saving is atomic). */

/** Exit code of a run that a person stopped. */
export const EXIT_INTERRUPTED = 130;

/** Aborted by the first SIGINT or SIGTERM. */
export function interruptSignal(say: (line: string) => void): AbortSignal {
  const controller = new AbortController();
  const interrupt = (): void => {
    if (controller.signal.aborted) process.exit(EXIT_INTERRUPTED);
    say('interrupted: finishing this step and saving (again to end at once)');
    controller.abort();
  };
  process.on('SIGINT', interrupt);
  process.on('SIGTERM', interrupt);
  return controller.signal;
}
