/** The pipeline's times by stage, source and target together: what a sheet or a table has room for. */

/** Milliseconds. */
export interface StageTimes {
  readonly find: number;
  readonly align: number;
  readonly encode: number;
  readonly mix: number;
  readonly generate: number;
  readonly paste: number;
  readonly total: number;
}

/** Sums the pipeline's timings (`source.find`, `generateUpTo64`, ...). */
export function stageTimes(timings: Readonly<Record<string, number>>): StageTimes {
  const sum = (pattern: RegExp): number =>
    Object.entries(timings).reduce((total, [name, time]) => (pattern.test(name) ? total + time : total), 0);
  return {
    find: sum(/\.find$/),
    align: sum(/\.align$/),
    encode: sum(/\.encode$/),
    mix: sum(/^mix$/),
    generate: sum(/^generateUpTo/),
    paste: sum(/^paste$/),
    total: sum(/^total$/),
  };
}
