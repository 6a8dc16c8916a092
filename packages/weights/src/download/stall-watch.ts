/** Gives up a connection that brings nothing for a while. */

/** Call `alive` with every sign of life, `end` when done. */
export interface StallWatch {
  readonly signal: AbortSignal;
  alive(): void;
  end(): void;
}

/** @param milliseconds of silence after which `signal` aborts */
export function watchStall(milliseconds: number): StallWatch {
  const controller = new AbortController();
  const start = (): NodeJS.Timeout => setTimeout(() => controller.abort(new Error(`silent for ${milliseconds / 1000} s`)), milliseconds);
  let timer = start();
  return {
    signal: controller.signal,
    alive: () => {
      clearTimeout(timer);
      timer = start();
    },
    end: () => clearTimeout(timer),
  };
}
