/** How long a generator takes, as sliders use it: a whole synthesis, then changes of its finest codes alone. */
import type { Bundle } from '@mfim/pipeline';
import { styleCodes } from '@mfim/tensor-contracts';
import type { StyleCodes } from '@mfim/tensor-contracts';
import { totalWatch } from '../total-watch.ts';

/** Milliseconds of one call. */
export interface DrawTime {
  /** In networks alone. */
  readonly networks: number;
  /** From the codes to bytes. */
  readonly whole: number;
}

/** A generator that remembers its stages; every call draws other codes than the call before. */
export interface DrawClock {
  /** Every stage runs. */
  whole(): Promise<DrawTime>;
  /** The codes of the resolutions from this one on change; stages below them do not run. */
  changedFrom(resolution: number): Promise<DrawTime>;
}

/** Codes start at 1, as an untrained affine layer gives them. */
const MEAN = 1;
const STEP = 0.01;

function changed({ table, values }: StyleCodes, from: number): StyleCodes {
  const start = table.entries.find(({ resolution }) => resolution >= from)?.offset ?? 0;
  return styleCodes(table, values.map((value, index) => (index >= start ? value + STEP : value)));
}

/** Pixels mean nothing: time does not depend on codes and maps. */
export function drawClock({ table, stagedGenerator }: Bundle): DrawClock {
  let codes = styleCodes(table, new Float32Array(table.totalWidth).fill(MEAN));
  const maps = new Map(table.noises.map(({ index, resolution }) => [index, new Float32Array(resolution * resolution)]));
  const generator = stagedGenerator();
  const draw = async (from: number): Promise<DrawTime> => {
    codes = changed(codes, from);
    const stopwatch = totalWatch();
    const started = performance.now();
    await generator.generate({ codes, maps }, { stopwatch });
    return { whole: performance.now() - started, networks: stopwatch.total() };
  };
  return { whole: () => draw(0), changedFrom: draw };
}
